/// The script of the fragment: unpacks the cases, and answers the controls.
enum AnatomyScript {
    static let text = """

        (() => {
        "use strict";
        const root = document.currentScript.closest(".anatomy");
        \(style)
        \(unpacking)
        \(slices)
        \(meshes)
        \(scenes)
        \(controls)
        })();

        """

    /// A style element may not stand within a section: the script puts it where it may.
    private static let style = """
        const style = document.createElement("style");
        style.textContent = `\(AnatomyStyle.css)`;
        document.head.append(style);
        """

    private static let unpacking = #"""
        const payload = JSON.parse(root.querySelector(".an-data").textContent);
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

        const loaded = [];
        const load = index => loaded[index] ??= (async () => {
          const shown = payload.cases[index];
          const [grey, reference, prediction] = await Promise.all([
            greyLevels(shown), labelsOf(shown.reference.labels, shown.size),
            labelsOf(shown.prediction.labels, shown.size)]);
          return {...shown, grey, maps: {reference, prediction}, place: [...shown.start]};
        })();
        """#

    private static let controls = #"""
        const isOn = name => find(`[data-show="${name}"]`)?.checked ?? false;
        const marked = kind => findAll(`[data-${kind}]`).map(box => box.checked);

        const show = async index => {
          for (const button of findAll("[data-case]"))
            button.setAttribute("aria-pressed", Number(button.dataset.case) === index);
          chosen = index;
          const shown = await load(index);
          if (chosen !== index) return;
          current = shown;
          lay();
          draw();
          if (scenesWanted) drawScenes();
        };

        for (const button of findAll("[data-case]"))
          button.addEventListener("click", () => show(Number(button.dataset.case)));
        for (const box of findAll("[data-show], [data-outline]")) box.addEventListener("change", draw);
        for (const box of findAll("[data-surface]")) box.addEventListener("change", drawScenesAgain);
        for (const [name, value] of [["all", true], ["none", false]])
          for (const button of findAll(`[data-${name}]`))
            button.addEventListener("click", () => {
              const kind = button.dataset[name];
              for (const box of findAll(`[data-${kind}]`)) box.checked = value;
              kind === "outline" ? draw() : drawScenesAgain();
            });
        show(0).catch(error => {
          find(".an-here").textContent = "This browser cannot show the slices: " + error.message;
        });
        """#
}
