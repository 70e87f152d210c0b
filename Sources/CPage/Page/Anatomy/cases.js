// Test cases in slices and as surfaces: their voxels and pictures out of the page's data.
// All scripts of this folder run in one block, whose names are its own.

const root = document.querySelector(".anatomy");
const payload = report.anatomy;
const find = selector => root.querySelector(selector);
const findAll = selector => [...root.querySelectorAll(selector)];
const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));

const unpacked = async text => {
    const packed = new Blob([bytes(text)]).stream();
    const stream = packed.pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
};

// The grey levels of a picture that has the axial slices side by side.
const greyLevels = async shown => {
    if (!shown.image) return null;
    const picture = new Image();
    picture.src = "data:image/webp;base64," + shown.image.data;
    await picture.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    const context = canvas.getContext("2d", {willReadFrequently: true});
    context.drawImage(picture, 0, 0);
    const [nx, ny, nz] = shown.size;
    const grey = new Uint8Array(nx * ny * nz);
    for (let z = 0; z < nz; z++) {
        const left = z % shown.image.columns * nx;
        const top = Math.floor(z / shown.image.columns) * ny;
        const tile = context.getImageData(left, top, nx, ny).data;
        for (let k = 0; k < nx * ny; k++) grey[z * nx * ny + k] = tile[4 * k];
    }
    return grey;
};

const labelsOf = async (text, size) => {
    const runs = await unpacked(text);
    const half = runs.length / 2;
    const labels = new Uint8Array(size[0] * size[1] * size[2]);
    let at = 0;
    for (let k = 0; k < half; k++) labels.fill(runs[k], at, at += runs[half + k]);
    return labels;
};

// The voxels of a case, out of the page or of a file beside it.
const contentOf = shown => shown.content ?? new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `cases/${shown.number}.js`;
    script.onload = () => resolve(window.segnas3dCases[shown.number]);
    script.onerror = () => reject(new Error(`the file ${script.getAttribute("src")} is not beside this page`));
    document.head.append(script);
});

const loaded = [];
const load = index => loaded[index] ??= (async () => {
    const shown = await contentOf(payload.cases[index]);
    const [grey, reference, prediction] = await Promise.all([
        greyLevels(shown), labelsOf(shown.reference.labels, shown.size),
        labelsOf(shown.prediction.labels, shown.size)]);
    return {...shown, grey, maps: {reference, prediction}, place: [...shown.start]};
})();
