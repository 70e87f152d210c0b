"""Writes metrics.json: MONAI's metrics of label pairs that LabelComparisonTests makes from the same numbers.

pip install torch==2.11.0 monai==1.6.1; python metrics.py
"""
import json
import os
import warnings

import numpy as np
import torch
from monai.metrics import (compute_average_surface_distance, compute_dice, compute_hausdorff_distance, compute_iou,
                           compute_surface_dice, get_confusion_matrix, compute_confusion_matrix_metric)

warnings.filterwarnings("ignore")
MASK = (1 << 64) - 1
CLASSES = 4  # labels 1, 2 and 3


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, count):
        return self.next() % count


def labels(kind, size, random):
    """Array [x, y, z] of labels."""
    values = np.zeros(size[::-1], np.int64)  # z, y, x: x fastest
    flat = values.reshape(-1)
    if kind == "noise":
        for i in range(flat.size):
            flat[i] = random.below(CLASSES)
    elif kind == "points":
        for label in range(1, CLASSES):
            flat[random.below(flat.size)] = label
    elif kind == "boxes":  # may touch the border, and hide each other
        for label in range(1, CLASSES):
            low = [random.below(n) for n in size]
            high = [l + 1 + random.below(n - l) for l, n in zip(low, size)]
            values[low[2]:high[2], low[1]:high[1], low[0]:high[0]] = label
    return values.transpose(2, 1, 0)  # "empty": none


def one_hot(array):
    return torch.nn.functional.one_hot(torch.from_numpy(np.ascontiguousarray(array)), CLASSES).movedim(-1, 0)[None].float()


def numbers(tensor):
    """None for NaN and infinity."""
    return [float(v) if np.isfinite(v) else None for v in tensor.flatten().tolist()]


def metrics(reference, prediction, spacing, tolerance):
    y, p = one_hot(reference), one_hot(prediction)
    confusion = get_confusion_matrix(p, y, include_background=False)
    return {
        "dice": numbers(compute_dice(p, y, include_background=False)),
        "iou": numbers(compute_iou(p, y, include_background=False)),
        "sensitivity": numbers(compute_confusion_matrix_metric("sensitivity", confusion)),
        "precision": numbers(compute_confusion_matrix_metric("precision", confusion)),
        "hausdorff": numbers(compute_hausdorff_distance(p, y, spacing=spacing)),
        "hausdorff95": numbers(compute_hausdorff_distance(p, y, percentile=95, spacing=spacing)),
        "average": numbers(compute_average_surface_distance(p, y, symmetric=True, spacing=spacing)),
        "surfaceDice": numbers(compute_surface_dice(p, y, [tolerance] * (CLASSES - 1), spacing=spacing)),
    }


KINDS = ["boxes", "noise", "points", "empty"]
PAIRS = [(a, b) for a in KINDS for b in KINDS]
SIZES = [(7, 5, 3), (1, 1, 1), (13, 4, 9), (1, 17, 6), (70, 3, 5), (5, 6, 1), (9, 40, 33), (130, 2, 20)]
SPACINGS = [(1.0, 1.0, 1.0), (0.7, 1.3, 2.9), (3.0, 0.5, 0.5), (0.4, 0.4, 6.0), (1.25, 2.5, 0.9)]

if __name__ == "__main__":
    cases = []
    for index in range(96):
        kinds, size, spacing = PAIRS[index % 16], SIZES[(index // 2) % 8], SPACINGS[index % 5]
        random = SplitMix64(index)
        reference = labels(kinds[0], size, random)
        prediction = labels(kinds[1], size, random)
        tolerance = [1.0, 2.5, 0.0][index % 3]
        cases.append({"seed": index, "kinds": kinds, "size": size, "spacing": spacing, "tolerance": tolerance,
                      **metrics(reference, prediction, spacing, tolerance)})

    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "metrics.json"), "w") as file:
        json.dump({"cases": cases}, file, separators=(",", ":"))
