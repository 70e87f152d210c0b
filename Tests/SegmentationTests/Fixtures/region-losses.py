"""Writes region-losses.json: losses of regions and their gradients in PyTorch, float64, from their formulas.

Scores are sines scaled; labels a pattern. Both are made alike in RegionLossTests.swift.

    python3 -m venv /tmp/torch && /tmp/torch/bin/pip install torch==2.11.0 && /tmp/torch/bin/python region-losses.py
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def exponential_logarithmic(logits, truth, valid, shares):
    """The mean over regions of the loss of two labels, the region and the rest."""
    valid, voxels = valid[:, None], (2, 3, 4)
    p, sides = torch.sigmoid(logits), []
    for p_side, t_side in ((p, truth), (1 - p, 1 - truth)):
        common = (p_side * t_side * valid).sum(voxels)
        dice = (2 * common + 1) / (((p_side + t_side) * valid).sum(voxels) + 1)
        sides.append((-torch.log(dice.clamp(1e-7, 1 - 1e-7))).pow(0.3))
    present = torch.stack([shares > 0, shares < 1]).double()
    present = present / present.sum(0)
    dice_term = (sides[0] * present[0] + sides[1] * present[1]).mean()
    inside = torch.where(shares > 0, shares, math.inf).pow(-0.5)
    outside = torch.where(shares < 1, 1 - shares, math.inf).pow(-0.5)
    weights = torch.where(truth > 0, inside.view(-1, 1, 1, 1), outside.view(-1, 1, 1, 1))
    nll = F.binary_cross_entropy_with_logits(logits, truth, reduction="none").clamp(min=1e-6).pow(0.3)
    cross = (weights * nll * valid).sum() / (valid.sum() * len(shares))
    return 0.8 * dice_term + 0.2 * cross


def dice_cross_entropy(logits, truth, valid, shares):
    """nnU-Net's DC_and_BCE_loss with batch_dice, plus 1."""
    valid, all_voxels = valid[:, None], (0, 2, 3, 4)
    p = torch.sigmoid(logits)
    dice = (2 * (p * truth * valid).sum(all_voxels) + 1e-5) / (((p + truth) * valid).sum(all_voxels) + 1e-5)
    nll = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    return 1 - dice.mean() + (nll * valid).sum() / (valid.sum() * len(shares))


# labels, regions, scale of the scores, ignored voxels, labels absent from training
nested = [[1, 2, 3], [2, 3], [3]]
cases = {
    "nested regions": (4, nested, 3, False, []),
    "nested regions, extreme scores": (4, nested, 50, False, []),
    "one region": (3, [[1, 2]], 2, False, []),
    "regions that overlap": (4, [[1, 2], [2, 3]], 2, False, []),
    "ignored voxels": (4, nested, 2, True, []),
    "a region absent from training": (4, nested, 2, False, [3]),
    "a region that is everywhere": (3, [[1, 2], [2]], 2, False, [0]),
}
shape = (2, 3, 5, 7)
results = {}
for name, (classes, regions, scale, has_ignored, absent) in cases.items():
    count = math.prod(shape)
    i = torch.arange(count).reshape(shape)
    labels = (7 * i + i // 5) % classes
    for label in absent:
        labels = torch.where(labels == label, 1, labels)
    valid = (i % 7 != 2) if has_ignored else torch.ones_like(i, dtype=torch.bool)
    frequencies = torch.tensor([0.0 if c in absent else 1.0 + c for c in range(classes)])
    members = torch.tensor([[1.0 if c in region else 0.0 for c in range(classes)] for region in regions])
    truth = members.t()[labels].movedim(-1, 1)
    shares = members @ frequencies / frequencies.sum()
    scores = torch.tensor([scale * math.sin(0.7 * k) for k in range(count * len(regions))])
    scores = scores.reshape(2, len(regions), *shape[1:])
    results[name] = {
        "regions": regions,
        "scale": scale,
        "labels": torch.where(valid, labels, 255).flatten().tolist(),
        "frequencies": frequencies.tolist(),
    }
    for loss in (exponential_logarithmic, dice_cross_entropy):
        x = scores.clone().requires_grad_()
        value = loss(x, truth, valid, shares)
        value.backward()
        key = loss.__name__.replace("_", "-")
        results[name][key] = {"value": value.item(), "gradient": [float(f"{g:.9g}") for g in x.grad.flatten().tolist()]}

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text("{\n" + ",\n".join(f"{json.dumps(n)}: {json.dumps(r)}" for n, r in results.items()) + "\n}\n")
