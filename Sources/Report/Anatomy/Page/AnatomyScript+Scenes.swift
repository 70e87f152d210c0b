extension AnatomyScript {
    /// Nets out of their bytes, with vertices and quads in the order in which `SurfaceNet` makes them.
    static let meshes = #"""
        const meshesOf = (data, nets) => {
          let at = 0;
          return nets.map(net => {
            const [nx, ny, nz] = net.size;
            const steps = [1, nx, nx * ny];
            const inside = new Uint8Array(nx * ny * nz);
            inside.forEach((_, k) => inside[k] = data[at + (k >> 3)] >> (k & 7) & 1);
            at += (inside.length + 7) >> 3;
            const numbers = new Int32Array(inside.length);
            const cubes = [[], [], []];
            for (let z = 0; z < nz - 1; z++)
              for (let y = 0; y < ny - 1; y++)
                for (let x = 0; x < nx - 1; x++) {
                  const k = x + y * steps[1] + z * steps[2];
                  const [right, back] = [k + steps[1], k + steps[2]];
                  const sum = inside[k] + inside[k + 1] + inside[right] + inside[right + 1]
                    + inside[back] + inside[back + 1]
                    + inside[back + steps[1]] + inside[back + steps[1] + 1];
                  if (sum === 0 || sum === 8) continue;
                  numbers[k] = cubes[0].length;
                  [x, y, z].forEach((place, axis) => cubes[axis].push(place));
                }
            const count = cubes[0].length;
            const [x, y, z] = cubes.map((places, axis) => Float32Array.from(places, (place, k) =>
              net.origin[axis] + net.step[axis] * (place + data[at + axis * count + k] / 32)));
            at += 3 * count;
            const [i, j, k] = [[], [], []];
            for (let axis = 0; axis < 3; axis++) {
              const [next, after] = [steps[(axis + 1) % 3], steps[(axis + 2) % 3]];
              for (let s = 0; s < inside.length - steps[axis]; s++) {
                if (inside[s] === inside[s + steps[axis]]) continue;
                const around = [s - next - after, s - after, s, s - next].map(cube => numbers[cube]);
                if (!inside[s]) around.reverse();
                i.push(around[0], around[0]);
                j.push(around[1], around[2]);
                k.push(around[2], around[3]);
              }
            }
            return {label: net.label, x, y, z, i, j, k};
          });
        };
        """#

    /// Two scenes of plotly's that turn together.
    static let scenes = #"""
        const scenes = find(".an-scenes");
        let scenesWanted = false;
        let camera = {eye: {x: 1.1, y: 1.35, z: 0.7}, up: {x: 0, y: 0, z: 1},
          center: {x: 0, y: 0, z: 0}};
        const maps = ["reference", "prediction"];

        const traceOf = (mesh, scene, boxes) => ({
          type: "mesh3d", x: mesh.x, y: mesh.y, z: mesh.z, i: mesh.i, j: mesh.j, k: mesh.k,
          color: payload.labels[mesh.label].colour, name: payload.labels[mesh.label].name,
          meta: mesh.label, scene, visible: boxes[mesh.label], hoverinfo: "name", flatshading: false,
          lighting: {ambient: 0.5, diffuse: 0.8, specular: 0.15, roughness: 0.6, fresnel: 0.1},
        });

        // The sides of the body, a little outside the box.
        const marksOf = (mm, scene) => {
          const [x, y, z] = mm.map(length => length / 2);
          const far = 1.12;
          return {type: "scatter3d", mode: "text", scene, hoverinfo: "skip", meta: -1,
            x: [x * (1 + far), x * (1 - far), x, x, x, x],
            y: [y, y, y * (1 + far), y * (1 - far), y, y],
            z: [z, z, z, z, z * (1 + far), z * (1 - far)],
            text: ["R", "L", "A", "P", "S", "I"], textfont: {color: "#bbb", size: 13}};
        };

        const sceneOf = (mm, domain) => {
          const [xaxis, yaxis, zaxis] = mm.map(length =>
            ({visible: false, range: [-0.15 * length, 1.15 * length], autorange: false}));
          return {xaxis, yaxis, zaxis, camera, domain, aspectmode: "data", bgcolor: "#101010",
            dragmode: "orbit"};
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
          const mm = shown.size.map((count, axis) => (count - 1) * shown.spacing[axis] || 1);
          const boxes = marked("surface");
          const names = ["scene", "scene2"];
          const traces = names.flatMap((scene, index) => [
            ...meshes[index].map(mesh => traceOf(mesh, scene, boxes)), marksOf(mm, scene)]);
          const layout = {
            paper_bgcolor: "#101010", margin: {l: 0, r: 0, t: 0, b: 0}, showlegend: false,
            height: isNarrow ? 640 : 460, scene: sceneOf(mm, domains[0]),
            scene2: sceneOf(mm, domains[1]),
            annotations: maps.map((text, index) => ({text, showarrow: false, xref: "paper",
              yref: "paper", x: domains[index].x[0] + 0.01, y: domains[index].y[1] - 0.01,
              xanchor: "left", yanchor: "top", font: {color: "#eee", size: 14}})),
          };
          find(".an-wait")?.remove();
          const isFirst = !scenes.data;
          await Plotly.react(scenes, traces, layout,
            {responsive: true, displaylogo: false, scrollZoom: false, displayModeBar: false});
          if (!isFirst) return;
          scenes.on("plotly_relayouting", follow);
          scenes.on("plotly_relayout", follow);
        };

        const look = next => {
          camera = next;
          Plotly.relayout(scenes, {"scene.camera": next, "scene2.camera": next});
        };

        // Where one scene has been turned, the other turns.
        const follow = event => {
          for (const [from, to] of [["scene", "scene2"], ["scene2", "scene"]]) {
            const turned = event[from + ".camera"];
            if (!turned || event[to + ".camera"]) continue;
            camera = turned;
            Plotly.relayout(scenes, {[to + ".camera"]: turned});
          }
        };

        const hideScenes = () => {
          if (!scenes.data) return;
          const boxes = marked("surface");
          const visible = scenes.data.map(trace => trace.meta < 0 || boxes[trace.meta]);
          Plotly.restyle(scenes, {visible});
        };

        const views = {R: [1, 0, 0], L: [-1, 0, 0], A: [0, 1, 0], P: [0, -1, 0], S: [0, 0, 1],
          I: [0, 0, -1]};
        const zoom = factor => {
          const {x, y, z} = camera.eye;
          look({...camera, eye: {x: x * factor, y: y * factor, z: z * factor}});
        };
        const lookFrom = name => {
          const [x, y, z] = views[name].map(part => 1.9 * part);
          look({eye: {x, y, z}, up: z ? {x: 0, y: 1, z: 0} : {x: 0, y: 0, z: 1},
            center: {x: 0, y: 0, z: 0}});
        };
        // Turns the eye around the axis from below to above, and up and down.
        const turn = (around, up) => {
          const {x, y, z} = camera.eye;
          const far = Math.hypot(x, y, z);
          const longitude = Math.atan2(y, x) + around;
          const latitude = Math.min(1.5, Math.max(-1.5, Math.asin(z / far) + up));
          look({...camera, up: {x: 0, y: 0, z: 1}, eye: {x: far * Math.cos(latitude) * Math.cos(longitude),
            y: far * Math.cos(latitude) * Math.sin(longitude), z: far * Math.sin(latitude)}});
        };
        const keys = {ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, 0.15],
          ArrowDown: [0, -0.15]};
        scenes.addEventListener("keydown", event => {
          if (!keys[event.key] || !scenes.data) return;
          event.preventDefault();
          turn(...keys[event.key]);
        });
        for (const button of findAll("[data-view]"))
          button.addEventListener("click", () => {
            const name = button.dataset.view;
            if (!scenes.data) return;
            name === "+" ? zoom(0.8) : name === "−" ? zoom(1.25) : lookFrom(name);
          });

        if (typeof Plotly === "undefined") {
          find(".an-wait").textContent = "Surfaces need plotly.js, which this page lacks.";
        } else {
          const watch = new IntersectionObserver(entries => {
            if (!entries.some(entry => entry.isIntersecting)) return;
            watch.disconnect();
            scenesWanted = true;
            if (current) drawScenes();
          }, {rootMargin: "200px"});
          watch.observe(scenes);
        }
        """#
}
