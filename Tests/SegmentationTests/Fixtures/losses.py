"""Writes losses.json: losses and their gradients in PyTorch 2.11.0, float64, from the formulas of the papers.

Scores are sines scaled; labels a pattern. Both are made alike in LossTests.swift.

    python3 -m venv /tmp/torch && /tmp/torch/bin/pip install torch==2.11.0 && /tmp/torch/bin/python losses.py
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def exponential_logarithmic(logits, labels, valid, frequencies):
    present = frequencies > 0
    weights = torch.where(present, (frequencies.sum() / frequencies).sqrt(), 0)
    logp = torch.log_softmax(logits, 1)
    truth = F.one_hot(labels, logits.shape[1]).movedim(-1, 1) * valid[:, None]
    p, voxels = logp.exp() * valid[:, None], (2, 3, 4)
    dice = (2 * (p * truth).sum(voxels) + 1) / ((p + truth).sum(voxels) + 1)
    dice_term = (-torch.log(dice.clamp(1e-7, 1 - 1e-7))).pow(0.3)[:, present].mean()
    nll = -logp.gather(1, labels[:, None])[:, 0]
    cross = (weights[labels] * nll.clamp(min=1e-6).pow(0.3))[valid].sum() / valid.sum()
    return 0.8 * dice_term + 0.2 * cross


def dice_cross_entropy(logits, labels, valid, frequencies):
    logp = torch.log_softmax(logits, 1)
    truth = F.one_hot(labels, logits.shape[1]).movedim(-1, 1) * valid[:, None]
    p, all_voxels = logp.exp() * valid[:, None], (0, 2, 3, 4)
    dice = (2 * (p * truth).sum(all_voxels) + 1e-5) / ((p + truth).sum(all_voxels) + 1e-5)
    nll = -logp.gather(1, labels[:, None])[:, 0]
    return 1 - dice[1:].mean() + nll[valid].sum() / valid.sum()


# classes, scale of the scores, step of the label pattern, ignored voxels, labels absent from training
cases = {
    "2 classes": (2, 3, 7, False, []),
    "40 classes": (40, 3, 7, False, []),
    "40 classes, extreme scores": (40, 50, 7, False, []),
    "2 classes, extreme scores": (2, 50, 7, False, []),
    "a label of one voxel": (3, 2, 0, False, []),
    "absent labels": (6, 2, 3, False, [2, 5]),
    "ignored voxels": (4, 2, 5, True, []),
}
shape = (2, 3, 2, 4)
results = {}
for name, (classes, scale, step, has_ignored, absent) in cases.items():
    count = math.prod(shape)
    i = torch.arange(count).reshape(shape)
    labels = (step * i + i // 5) % classes if step else torch.where(i == 13, 2, i % 2)
    for label in absent:
        labels = torch.where(labels == label, 0, labels)
    valid = (i % 7 != 2) if has_ignored else torch.ones_like(i, dtype=torch.bool)
    frequencies = torch.tensor([0.0 if c in absent else 1.0 + c for c in range(classes)])
    scores = torch.tensor([scale * math.sin(0.7 * k) for k in range(count * classes)])
    scores = scores.reshape(2, classes, *shape[1:])
    results[name] = {
        "classes": classes,
        "scale": scale,
        "labels": torch.where(valid, labels, 255).flatten().tolist(),
        "frequencies": frequencies.tolist(),
    }
    for loss in (exponential_logarithmic, dice_cross_entropy):
        x = scores.clone().requires_grad_()
        value = loss(x, labels, valid, frequencies)
        value.backward()
        key = loss.__name__.replace("_", "-")
        results[name][key] = {"value": value.item(), "gradient": [float(f"{g:.9g}") for g in x.grad.flatten().tolist()]}

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text("{\n" + ",\n".join(f"{json.dumps(n)}: {json.dumps(r)}" for n, r in results.items()) + "\n}\n")
