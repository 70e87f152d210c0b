// Three slices through one voxel, with outlines around the voxels of each label. Contours run around the label on a
// pixel's side and through the middles of pixel edges, which is where marching squares put the level one half.

const planes = [
    {name: "axial", across: 0, down: 1, through: 2, marks: ["R", "L", "A", "P"]},
    {name: "coronal", across: 0, down: 2, through: 1, marks: ["R", "L", "S", "I"]},
    {name: "sagittal", across: 1, down: 2, through: 0, marks: ["A", "P", "S", "I"]},
].map(plane => {
    const figure = find(`[data-plane="${plane.name}"]`);
    const [canvas, slider, output] = ["canvas", "input", "output"].map(
        name => figure.querySelector(name));
    return {...plane, figure, canvas, slider, output};
});
let current = null;
let chosen = 0;

// Gives each plane as much room as it has mm, so that all are as large as each other.
const fitPlanes = () => {
    const mm = current.size.map((count, axis) => count * current.spacing[axis]);
    const highest = Math.max(...planes.map(plane => mm[plane.down]));
    for (const plane of planes) {
        const [wide, high] = [mm[plane.across], mm[plane.down]];
        plane.figure.style.flexGrow = wide;
        plane.figure.style.maxWidth = `${Math.round(480 * wide / highest)}px`;
        plane.canvas.style.aspectRatio = `${wide} / ${high}`;
        plane.slider.max = current.size[plane.through] - 1;
    }
    const size = current.spacing.map(length => Number(length.toFixed(2))).join(" × ");
    const isReduced = current.reduction.some(factor => factor > 1);
    find(".an-reduced").textContent = isReduced
        ? ` To keep this page small, ${current.reduction.join(" × ")} voxels are shown as one`
            + ` of ${size} mm.` : "";
};

const sliceOf = (volume, plane) => {
    const {size, place} = current;
    const steps = [1, size[0], size[0] * size[1]];
    const [wide, high] = [size[plane.across], size[plane.down]];
    const slice = new Uint8Array(wide * high);
    const first = place[plane.through] * steps[plane.through];
    for (let row = 0; row < high; row++) {
        const line = first + (high - 1 - row) * steps[plane.down];
        for (let column = 0; column < wide; column++)
            slice[row * wide + column] = volume[line + (wide - 1 - column) * steps[plane.across]];
    }
    return {values: slice, wide, high};
};

// For each label its edges, from corner to corner, clockwise around its pixels.
const edgesOf = ({values, wide, high}) => {
    const edges = new Map();
    const at = (column, row) => column < 0 || row < 0 || column >= wide || row >= high
        ? 0 : values[row * wide + column];
    const line = wide + 1;
    for (let row = 0; row < high; row++)
        for (let column = 0; column < wide; column++) {
            const label = values[row * wide + column];
            if (!label) continue;
            if (!edges.has(label)) edges.set(label, new Map());
            const next = edges.get(label);
            const add = (from, to) => next.has(from) ? next.get(from).push(to) : next.set(from, [to]);
            const corner = row * line + column;
            if (at(column, row - 1) !== label) add(corner, corner + 1);
            if (at(column + 1, row) !== label) add(corner + 1, corner + line + 1);
            if (at(column, row + 1) !== label) add(corner + line + 1, corner + line);
            if (at(column - 1, row) !== label) add(corner + line, corner);
        }
    return edges;
};

const pathOf = (next, wide, scale) => {
    const path = new Path2D();
    const line = wide + 1;
    const middle = (from, to) => [
        (from % line + to % line) / 2 * scale[0],
        (Math.floor(from / line) + Math.floor(to / line)) / 2 * scale[1]];
    for (const start of next.keys())
        while (next.has(start)) {
            let from = start;
            let isFirst = true;
            do {
                const ends = next.get(from);
                const to = ends.pop();
                if (!ends.length) next.delete(from);
                const point = middle(from, to);
                isFirst ? path.moveTo(...point) : path.lineTo(...point);
                isFirst = false;
                from = to;
            } while (from !== start);
            path.closePath();
        }
    return path;
};

const drawImage = (context, plane) => {
    const {values, wide, high} = sliceOf(current.grey, plane);
    const pixels = new ImageData(wide, high);
    for (let k = 0; k < values.length; k++)
        pixels.data.set([values[k], values[k], values[k], 255], 4 * k);
    const small = document.createElement("canvas");
    [small.width, small.height] = [wide, high];
    small.getContext("2d").putImageData(pixels, 0, 0);
    context.drawImage(small, 0, 0, context.canvas.width, context.canvas.height);
};

// The outlines of the labels of a map that are chosen: their colours and paths.
const outlinesOf = (context, plane, name) => {
    const slice = sliceOf(current.maps[name], plane);
    const scale = [context.canvas.width / slice.wide, context.canvas.height / slice.high];
    const boxes = marked("outline");
    return [...edgesOf(slice)].filter(([label]) => boxes[label - 1]).map(([label, edges]) =>
        ({colour: payload.labels[label - 1].colour, path: pathOf(edges, slice.wide, scale)}));
};

// Stripes in a colour, so that a filled prediction can be told from a filled reference below it.
const stripes = (context, colour, ratio) => {
    const side = Math.round(8 * ratio);
    const tile = document.createElement("canvas");
    [tile.width, tile.height] = [side, side];
    const pen = tile.getContext("2d");
    [pen.strokeStyle, pen.lineWidth] = [colour, side / 3];
    for (const shift of [-side, 0, side]) {
        pen.moveTo(shift, side);
        pen.lineTo(shift + side, 0);
    }
    pen.stroke();
    return context.createPattern(tile, "repeat");
};

const drawFilled = (context, name, outlines, ratio) => {
    context.globalAlpha = name === "reference" ? 0.4 : 0.75;
    for (const {colour, path} of outlines) {
        context.fillStyle = name === "reference" ? colour : stripes(context, colour, ratio);
        context.fill(path, "evenodd");
    }
    context.globalAlpha = 1;
};

// Below each line lies a light one with a dark edge, which stands out from bright and from dark tissue.
const drawOutlines = (context, name, outlines, ratio) => {
    for (const [colour, width] of [["rgb(0 0 0 / 55%)", 5], ["rgb(255 255 255 / 85%)", 3.5], [null, 1.75]]) {
        if (!colour && name === "prediction") context.setLineDash([5 * ratio, 4 * ratio]);
        context.lineWidth = width * ratio;
        for (const outline of outlines) {
            context.strokeStyle = colour ?? outline.colour;
            context.stroke(outline.path);
        }
        context.setLineDash([]);
    }
};

// Letters at the edges, and ticks where the other two slices cut this one.
const drawMarks = (context, plane, ratio) => {
    const {width, height} = context.canvas;
    const {size, place} = current;
    const x = (size[plane.across] - place[plane.across] - 0.5) / size[plane.across] * width;
    const y = (size[plane.down] - place[plane.down] - 0.5) / size[plane.down] * height;
    const tick = 7 * ratio;
    context.lineWidth = 1.5 * ratio;
    context.strokeStyle = "#fff";
    context.beginPath();
    for (const [x1, y1, x2, y2] of [[x, 0, x, tick], [x, height - tick, x, height],
        [0, y, tick, y], [width - tick, y, width, y]]) {
        context.moveTo(x1, y1);
        context.lineTo(x2, y2);
    }
    context.stroke();
    context.font = `bold ${13 * ratio}px sans-serif`;
    [context.textAlign, context.textBaseline] = ["center", "middle"];
    [context.lineWidth, context.strokeStyle] = [3 * ratio, "#000"];
    context.fillStyle = "#fff";
    const room = 16 * ratio;
    [[room, height / 2], [width - room, height / 2], [width / 2, room],
        [width / 2, height - room]].forEach(([left, top], index) => {
        context.strokeText(plane.marks[index], left, top);
        context.fillText(plane.marks[index], left, top);
    });
};

const drawPlane = plane => {
    const ratio = window.devicePixelRatio || 1;
    const {canvas} = plane;
    canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
    canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));
    const context = canvas.getContext("2d");
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.lineJoin = "round";
    if (current.grey && isOn("image")) drawImage(context, plane);
    const maps = ["reference", "prediction"].map(name => [name, outlinesOf(context, plane, name)]);
    for (const [name, outlines] of maps) if (isOn(name + "-fill")) drawFilled(context, name, outlines, ratio);
    for (const [name, outlines] of maps) if (isOn(name)) drawOutlines(context, name, outlines, ratio);
    drawMarks(context, plane, ratio);
    plane.slider.value = current.place[plane.through];
    plane.slider.setAttribute("aria-valuetext",
        `slice ${current.place[plane.through] + 1} of ${current.size[plane.through]}`);
    plane.output.value = `${current.place[plane.through] + 1} / ${current.size[plane.through]}`;
};

const drawPlanes = () => {
    if (!current) return;
    planes.forEach(drawPlane);
    const {size, place, maps} = current;
    const voxel = (place[2] * size[1] + place[1]) * size[0] + place[0];
    const name = map => payload.labels[map[voxel] - 1]?.name ?? "no label";
    find(".an-here").textContent =
        `Where the slices meet: reference ${name(maps.reference)}, prediction ${name(maps.prediction)}.`;
};

for (const plane of planes) {
    plane.slider.addEventListener("input", () => {
        current.place[plane.through] = Number(plane.slider.value);
        drawPlanes();
    });
    const point = event => {
        if (!current || !(event.buttons & 1)) return;
        const box = plane.canvas.getBoundingClientRect();
        const share = [1 - (event.clientX - box.left) / box.width,
            1 - (event.clientY - box.top) / box.height];
        [plane.across, plane.down].forEach((axis, index) => {
            const step = Math.floor(share[index] * current.size[axis]);
            current.place[axis] = Math.min(current.size[axis] - 1, Math.max(0, step));
        });
        drawPlanes();
    };
    plane.canvas.addEventListener("pointerdown", point);
    plane.canvas.addEventListener("pointermove", point);
}
new ResizeObserver(drawPlanes).observe(find(".an-planes"));
