// Nets out of their bytes, with vertices and quads in the order in which `SurfaceNet` makes them.

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
