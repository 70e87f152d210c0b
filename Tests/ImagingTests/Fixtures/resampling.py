"""What SciPy makes of small images and label maps on other grids: resampling.json, resampling-labels.json.

Borders of source and target coincide. `linear` to more voxels is scipy.ndimage.map_coordinates; shrinking, and
`cubic`, are written down in NumPy as they are defined: the interpolated function, averaged over a box of
sqrt(scale^2 - 1) voxels by 4001 samples.

    python resampling.py
"""
import json

import numpy as np
from scipy.ndimage import map_coordinates

rng = np.random.default_rng(1)


def positions(source, target):
    return (np.arange(target) + 0.5) * source / target - 0.5


def kernel(t, kind):
    t = np.abs(t)
    if kind == "linear":
        return np.maximum(0, 1 - t)
    near, far = (1.5 * t - 2.5) * t * t + 1, ((-0.5 * t + 2.5) * t - 4) * t + 2
    return np.where(t < 1, near, np.where(t < 2, far, 0))


def matrix(source, target, kind):
    scale = source / target
    box = np.sqrt(max(0, scale**2 - 1))
    offsets = ((np.arange(4001) + 0.5) / 4001 - 0.5) * box if box else np.zeros(1)
    result = np.zeros((target, source))
    for row, place in enumerate(positions(source, target)):
        for voxel in range(int(place - box) - 5, int(place + box) + 6):
            weight = kernel(voxel - (place + offsets), kind).mean()
            result[row, min(max(voxel, 0), source - 1)] += weight
    return result / result.sum(1, keepdims=True)


def separable(image, target, kind):
    for axis in range(3):
        weights = matrix(image.shape[axis], target[axis], kind)
        image = np.moveaxis(np.tensordot(weights, image, (1, axis)), 0, axis)
    return image


def by_scipy(image, target, order):
    grid = np.meshgrid(*[positions(s, t) for s, t in zip(image.shape, target)], indexing="ij")
    return map_coordinates(image, grid, order=order, mode="nearest")


def flat(array):
    # x fastest
    return [float(f"{v:.8g}") for v in array.flatten(order="F")]


cases = []
for kind, source, target in [
    ("linear", (5, 7, 3), (9, 11, 7)),
    ("linear", (4, 4, 1), (7, 4, 3)),
    ("linear", (11, 13, 9), (5, 4, 7)),
    ("linear", (12, 5, 8), (3, 9, 7)),
    ("cubic", (5, 7, 3), (9, 11, 7)),
    ("cubic", (11, 13, 9), (5, 4, 7)),
    ("nearest", (5, 7, 3), (9, 12, 8)),
    ("nearest", (11, 13, 9), (5, 4, 7)),
]:
    image = rng.normal(size=source).astype(np.float32)
    up = all(t >= s for s, t in zip(source, target))
    if kind == "nearest":
        output = by_scipy(image, target, 0)
    else:
        output = separable(image.astype(float), target, kind)
        if kind == "linear" and up:
            assert np.abs(output - by_scipy(image.astype(float), target, 1)).max() < 1e-9
    size = "x".join(map(str, source)) + " to " + "x".join(map(str, target))
    cases.append({"name": f"{kind} {size}", "interpolation": kind, "source": source, "target": target,
                  "input": flat(image), "output": flat(output)})
json.dump(cases, open("resampling.json", "w"))

labels = []
for source, target in [((5, 7, 3), (9, 11, 7)), ((11, 13, 9), (5, 4, 7)), ((6, 6, 6), (12, 12, 12))]:
    image = rng.choice([0, 3, 4, 200], size=source, p=[0.4, 0.3, 0.2, 0.1])
    values = np.unique(image)
    shares = np.stack([by_scipy((image == v).astype(float), target, 1) for v in values])
    # Ties within rounding go to the least label.
    best = values[(shares > shares.max(0) - 1e-5).argmax(0)]
    size = "x".join(map(str, source)) + " to " + "x".join(map(str, target))
    labels.append({"name": size, "source": source, "target": target,
                   "input": [int(v) for v in image.flatten(order="F")],
                   "perLabelLinear": [int(v) for v in best.flatten(order="F")],
                   "nearest": [int(v) for v in by_scipy(image, target, 0).flatten(order="F")]})
json.dump(labels, open("resampling-labels.json", "w"))
