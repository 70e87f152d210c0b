"""MONAI's sliding_window_inference with the network of `segnas3d bench predict`: seconds, those of the network, and memory.

Usage: monai_window.py [SIZE [PATCH [CLASSES [N [THREADS]]]]], SIZE and PATCH along x, y and z as in 160x200x165 and 64x64x64.
Needs torch and monai (measured with 1.6.1). Prints one JSON object, whose keys are those of `segnas3d bench predict --json`.
"""
import json
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F
from monai.inferers import sliding_window_inference


class ConvNormReLU(nn.Module):
    def __init__(self, i, o, k=3):
        super().__init__()
        self.conv, self.norm = nn.Conv3d(i, o, k, padding=k // 2, bias=False), nn.BatchNorm3d(o)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)))


class MegaBlock(nn.Module):
    """Two convolutions 3x3x3, the block {2,0,2}, beside a residual connection."""

    def __init__(self, i, o):
        super().__init__()
        self.a, self.b = ConvNormReLU(i, o), ConvNormReLU(o, o)
        self.project = ConvNormReLU(i, o, 1) if i != o else nn.Identity()

    def forward(self, x):
        return self.b(self.a(x)) + self.project(x)


class Network(nn.Module):
    def __init__(self, n, p, classes):
        super().__init__()
        widths, i = [n * 2**level for level in range(p + 1)], 1
        self.encoder, self.decoder = nn.ModuleList(), nn.ModuleList()
        for w in widths:
            self.encoder.append(MegaBlock(i, w))
            i = w
        for w in reversed(widths[:-1]):
            self.decoder.append(MegaBlock(i + w, w))
            i = w
        self.head = nn.Conv3d(i, classes, 1)

    def forward(self, x):
        kept = []
        for level, block in enumerate(self.encoder):
            x = block(F.max_pool3d(x, 2) if level else x)
            kept.append(x)
        kept.pop()
        for block in self.decoder:
            x = block(torch.cat([F.interpolate(x, scale_factor=2, mode="nearest"), kept.pop()], 1))
        return self.head(x)


def peak():
    """The resident memory at its largest, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main():
    values = sys.argv[1:] + ["160x200x165", "64x64x64", "20", "16", "0"][len(sys.argv) - 1 :]
    size, patch = ([int(n) for n in value.split("x")] for value in values[:2])
    classes, n, threads = (int(value) for value in values[2:])
    if threads:
        torch.set_num_threads(threads)
    torch.manual_seed(0)
    network = Network(n, 3, classes).eval()
    image = torch.rand(1, 1, *reversed(size)) * 2 - 1
    spent = [0.0, 0]

    def predict(x):
        start = time.perf_counter()
        y = network(x)
        spent[0] += time.perf_counter() - start
        spent[1] += len(x)
        return y.softmax(1)

    with torch.inference_mode():
        start = time.perf_counter()
        probabilities = sliding_window_inference(
            image, tuple(reversed(patch)), 1, predict, overlap=0.5, mode="gaussian")
        labels = probabilities.argmax(1)
        seconds = time.perf_counter() - start
    assert labels.shape[1:] == image.shape[2:]
    print(json.dumps({
        "schema": 1, "workload": "predict", "peer": "MONAI", "size": size, "patch": patch, "classes": classes,
        "network": f"n {n} p 3 sup 0 res 1 {{2,0,2}}", "precision": "float32", "tiles": spent[1], "seconds": seconds,
        "networkSeconds": spent[0], "peakBytes": peak()}))


main()
