"""Writes optimizers.json: where PyTorch 2.11.0's optimizers take two parameters in 50 steps. See operations.py.

The loss is sum((p - 0.3)^4) + sum(p^2) / 2; the parameters start at sin(0.7 i + k).
"""
import json
import math
import pathlib

import torch

torch.set_default_dtype(torch.float64)  # that of NAdam's running product too

methods = {
    "nadam": lambda p: torch.optim.NAdam(p, lr=1e-3, eps=1e-7),
    "adam": lambda p: torch.optim.Adam(p, lr=1e-3),
    "adam with l2": lambda p: torch.optim.Adam(p, lr=1e-3, weight_decay=0.1),
    "adamw": lambda p: torch.optim.AdamW(p, lr=1e-3, weight_decay=0.1),
    "sgd": lambda p: torch.optim.SGD(p, lr=1e-2, momentum=0.9, weight_decay=0.01),
    "nesterov": lambda p: torch.optim.SGD(p, lr=1e-2, momentum=0.9, nesterov=True),
}
results = {}
for name, make in methods.items():
    parameters = [
        torch.tensor([math.sin(0.7 * i + k) for i in range(n)], requires_grad=True)
        for k, n in enumerate((6, 17))
    ]
    optimizer = make(parameters)
    for _ in range(50):
        optimizer.zero_grad()
        sum(((p - 0.3) ** 4).sum() + (p**2).sum() / 2 for p in parameters).backward()
        optimizer.step()
    results[name] = [p.tolist() for p in parameters]

pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(results, indent=1) + "\n")
