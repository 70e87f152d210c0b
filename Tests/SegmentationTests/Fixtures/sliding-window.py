"""Writes sliding-window.json: probabilities that MONAI 1.6.1's sliding_window_inference, or the sum over nnU-Net's tiles
written out, makes with a small network of PyTorch.

Images and weights are sines, which the tests make again. Sizes are D, H, W. Of the probabilities [L, D, H, W] every
11th is kept.

MONAI's weights are replaced by nnU-Net's. Its own differ in two ways: the Gaussian's centre is (n - 1) / 2, not n // 2,
and no product of three weights is less than 1e-3. Towards the image's border, where the products are less, it takes the
plain mean of tiles; this network, whose scores at a tile's border are far from those within, then differs by up to 0.5.
"""
import json
import math
import pathlib

import monai.inferers.utils
import numpy
import torch
import torch.nn.functional as F
from monai.inferers import sliding_window_inference

CLASSES = 3


def sines(shape, phase, scale=1.0):
    values = [scale * math.sin(0.7 * i + phase) for i in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float32).reshape(shape)


def image(size):
    # Waves of several lengths, so that probabilities differ from place to place.
    d, h, w = torch.meshgrid(*[torch.arange(n, dtype=torch.float64) for n in size], indexing="ij")
    waves = torch.sin(0.31 * d + 0.17 * h) + torch.sin(0.23 * w - 0.41 * h) + torch.sin(0.9 * d + 0.8 * w)
    return waves.float()[None, None]


def network(x):
    x = F.relu(F.conv3d(x, sines((4, 1, 3, 3, 3), 0.0, 0.4), sines((4,), 1.0, 0.1), padding=1))
    return F.conv3d(x, sines((CLASSES, 4, 3, 3, 3), 2.0, 0.4), sines((CLASSES,), 3.0, 0.1), padding=1)


def gaussian(n):
    return torch.exp(-0.5 * ((torch.arange(n, dtype=torch.float64) - n // 2) / (n / 8)) ** 2)


def weights(patch, **_):
    return torch.einsum("i,j,k->ijk", *[gaussian(n) for n in patch]).float()


def starts(n, patch):
    """compute_steps_for_sliding_window of nnU-Net, for an overlap of a half."""
    steps = math.ceil((n - patch) / (patch / 2))
    return [int(numpy.round((n - patch) / max(steps, 1) * i)) for i in range(steps + 1)]


def direct(x, patch):
    """The weighted mean over tiles, all at once, in float64."""
    shape = x.shape[2:]
    sums, total = torch.zeros(CLASSES, *shape, dtype=torch.float64), torch.zeros(shape, dtype=torch.float64)
    weight = torch.einsum("i,j,k->ijk", *[gaussian(n) for n in patch])
    for d in starts(shape[0], patch[0]):
        for h in starts(shape[1], patch[1]):
            for w in starts(shape[2], patch[2]):
                tile = (..., slice(d, d + patch[0]), slice(h, h + patch[1]), slice(w, w + patch[2]))
                sums[tile] += network(x[tile]).softmax(1)[0] * weight
                total[tile] += weight
    return sums / total


monai.inferers.utils.compute_importance_map = weights
cases = []
for size, patch in [
    ((24, 24, 32), (12, 16, 16)),
    ((5, 16, 24), (16, 16, 16)),  # one axis shorter than a tile
    ((1, 7, 9), (16, 16, 16)),  # all axes shorter
    ((1, 24, 32), (1, 16, 16)),  # one voxel thick
    ((16, 16, 16), (16, 16, 16)),
    ((23, 29, 37), (16, 11, 16)),  # tiles that MONAI lays in another way: not evenly spread
    ((13, 20, 33), (7, 16, 16)),
]:
    isEven = all((n - p) % max(p // 2, 1) == 0 or n <= p for n, p in zip(size, patch))
    with torch.no_grad():
        probabilities = (
            sliding_window_inference(
                image(size), patch, 2, lambda x: network(x).softmax(1), overlap=0.5, mode="gaussian")
            if isEven else direct(image(size), patch))
    cases.append({"size": size, "patch": patch, "peer": "MONAI" if isEven else "direct", "probabilities": [
        round(p, 6) for p in probabilities.flatten().tolist()[::11]]})
json.dump(cases, open(pathlib.Path(__file__).with_suffix(".json"), "w"))
