// Two scenes of plotly's that turn together.

const scenes = find(".an-scenes");
let scenesWanted = false;
let camera = {eye: {x: 0.9, y: 1.1, z: 0.55}, up: {x: 0, y: 0, z: 1},
    center: {x: 0, y: 0, z: 0}};
const maps = ["reference", "prediction"];

const traceOf = (mesh, scene, boxes) => ({
    type: "mesh3d", x: mesh.x, y: mesh.y, z: mesh.z, i: mesh.i, j: mesh.j, k: mesh.k,
    color: payload.labels[mesh.label].colour, name: payload.labels[mesh.label].name,
    scene, visible: boxes[mesh.label], hoverinfo: "name", flatshading: false,
    lighting: {ambient: 0.6, diffuse: 0.7, specular: 0.15, roughness: 0.6, fresnel: 0.1},
    lightposition: {x: 20000, y: 100000, z: 100000},
});

// The box of the surfaces that are shown, in both scenes.
const boxOf = (meshes, boxes, mm) => {
    const shown = meshes.flat().filter(mesh => boxes[mesh.label]);
    return ["x", "y", "z"].map((axis, index) => {
        let [low, high] = shown.length ? [Infinity, -Infinity] : [0, mm[index]];
        for (const mesh of shown)
            for (const place of mesh[axis]) {
                if (place < low) low = place;
                if (place > high) high = place;
            }
        return [low, high];
    });
};

// The sides of the body, a little outside the box.
const marksOf = (box, room, scene) => {
    const middle = box.map(([low, high]) => (low + high) / 2);
    const places = ["R", "L", "A", "P", "S", "I"].map((text, index) => {
        const [axis, isLow] = [index >> 1, index & 1];
        const place = [...middle];
        place[axis] = isLow ? box[axis][0] - 0.6 * room : box[axis][1] + 0.6 * room;
        return {text, place};
    });
    const [x, y, z] = [0, 1, 2].map(axis => places.map(({place}) => place[axis]));
    return {type: "scatter3d", mode: "text", scene, hoverinfo: "skip", x, y, z,
        text: places.map(({text}) => text), textfont: {color: "#768390", size: 14}};
};

const sceneOf = (box, room, domain) => {
    const [xaxis, yaxis, zaxis] = box.map(([low, high]) =>
        ({visible: false, range: [low - room, high + room], autorange: false}));
    return {xaxis, yaxis, zaxis, camera: structuredClone(camera), domain, aspectmode: "data", dragmode: "orbit",
        bgcolor: "rgba(0,0,0,0)"};
};

const drawScenes = async () => {
    const shown = current;
    shown.meshes ??= Promise.all(maps.map(async name =>
        meshesOf(await unpacked(shown[name].surfaces), shown[name].nets)));
    const meshes = await shown.meshes;
    if (shown !== current) return;
    const isNarrow = scenes.clientWidth < 560;
    const parts = [[0, 0.495], [0.505, 1]];
    const domains = parts.map((part, index) => isNarrow
        ? {x: [0, 1], y: parts[1 - index]} : {x: part, y: [0, 1]});
    const boxes = marked("surface");
    const box = boxOf(meshes, boxes, shown.size.map((count, k) => count * shown.spacing[k]));
    const room = 0.12 * Math.max(...box.map(([low, high]) => high - low), 1);
    const names = ["scene", "scene2"];
    const traces = names.flatMap((scene, index) => [
        ...meshes[index].map(mesh => traceOf(mesh, scene, boxes)), marksOf(box, room, scene)]);
    const layout = {
        paper_bgcolor: "rgba(0,0,0,0)", margin: {l: 0, r: 0, t: 0, b: 0}, showlegend: false,
        height: isNarrow ? 640 : 460, scene: sceneOf(box, room, domains[0]),
        scene2: sceneOf(box, room, domains[1]),
        annotations: maps.map((name, index) => ({showarrow: false, xref: "paper", yref: "paper",
            text: meshes[index].length ? name : `${name}: no label at all`,
            x: domains[index].x[0] + 0.01, y: domains[index].y[1] - 0.01,
            xanchor: "left", yanchor: "top", font: {color: colour("ink"), size: 14}})),
    };
    find(".an-wait")?.remove();
    const isFirst = !scenes.data;
    await Plotly.react(scenes, traces, layout,
        {responsive: true, displaylogo: false, scrollZoom: false, displayModeBar: false});
    if (!isFirst) return;
    scenes.on("plotly_relayouting", follow);
    scenes.on("plotly_relayout", follow);
};
const drawScenesAgain = () => scenes.data && drawScenes();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawScenesAgain);

const setCamera = next => {
    camera = next;
    Plotly.relayout(scenes,
        {"scene.camera": structuredClone(next), "scene2.camera": structuredClone(next)});
};

// Where one scene has been turned, the other turns; which is not passed back to the first.
const follow = event => {
    for (const [from, to] of [["scene", "scene2"], ["scene2", "scene"]]) {
        const turned = event[from + ".camera"];
        if (!turned || JSON.stringify(turned.eye) === JSON.stringify(camera.eye)) continue;
        camera = structuredClone(turned);
        Plotly.relayout(scenes, {[to + ".camera"]: structuredClone(turned)});
    }
};

const views = {R: [1, 0, 0], L: [-1, 0, 0], A: [0, 1, 0], P: [0, -1, 0], S: [0, 0, 1],
    I: [0, 0, -1]};
// From what is looked at to the eye, along the scene's axes.
const sight = () => ["x", "y", "z"].map(axis => camera.eye[axis] - camera.center[axis]);
const moved = (place, [x, y, z]) => ({x: place.x + x, y: place.y + y, z: place.z + z});
const zoom = factor =>
    setCamera({...camera, eye: moved(camera.center, sight().map(part => part * factor))});
const lookFrom = name => {
    const [x, y, z] = views[name].map(part => 1.55 * part);
    setCamera({eye: {x, y, z}, up: z ? {x: 0, y: 1, z: 0} : {x: 0, y: 0, z: 1},
        center: {x: 0, y: 0, z: 0}});
};
// Turns the eye around the axis from below to above, and up and down.
const turn = (around, up) => {
    const [x, y, z] = sight();
    const far = Math.hypot(x, y, z);
    const longitude = Math.atan2(y, x) + around;
    const latitude = Math.min(1.5, Math.max(-1.5, Math.asin(z / far) + up));
    setCamera({...camera, up: {x: 0, y: 0, z: 1}, eye: moved(camera.center, [
        far * Math.cos(latitude) * Math.cos(longitude),
        far * Math.cos(latitude) * Math.sin(longitude), far * Math.sin(latitude)])});
};
// Shifts what is looked at along the picture's right and up.
const shift = (right, up) => {
    const [x, y, z] = sight();
    const [far, flat] = [Math.hypot(x, y, z), Math.hypot(x, y) || 1];
    const step = [(-y * far * right - x * z * up) / flat, (x * far * right - y * z * up) / flat,
        flat * up];
    setCamera({...camera, eye: moved(camera.eye, step), center: moved(camera.center, step)});
};
const turns = {ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, 0.15],
    ArrowDown: [0, -0.15]};
const zooms = {"+": 0.8, "-": 1.25};
scenes.addEventListener("keydown", event => {
    if (!scenes.data || !(turns[event.key] || zooms[event.key])) return;
    event.preventDefault();
    if (zooms[event.key]) return zoom(zooms[event.key]);
    event.shiftKey ? shift(...turns[event.key].map(part => -part)) : turn(...turns[event.key]);
});
for (const button of findAll("[data-view]"))
    button.addEventListener("click", () => {
        const name = button.dataset.view;
        if (!scenes.data) return;
        name === "+" ? zoom(0.8) : name === "−" ? zoom(1.25) : lookFrom(name);
    });

// Surfaces are painted too late for paper, if they are drawn at another size.
addEventListener("beforeprint", () => {
    const width = scenes.querySelector(".main-svg")?.getAttribute("width");
    if (width) scenes.firstElementChild.style.zoom = Math.min(1, 680 / width);
});
addEventListener("afterprint", () => scenes.firstElementChild.style.zoom = "");

const watch = new IntersectionObserver(entries => {
    if (!entries.some(entry => entry.isIntersecting)) return;
    watch.disconnect();
    scenesWanted = true;
    if (current) drawScenes();
}, {rootMargin: "200px"});
watch.observe(scenes);
