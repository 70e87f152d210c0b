"""What README.md says of the curves in hippocampus.csv: orders, spread, luck, slow beginnings, and what is good.

Usage: figures.py hippocampus.csv. Needs numpy.
"""
import csv
import json
import sys

import numpy as np

with open(sys.argv[1]) as file:
    rows = list(csv.DictReader(file))
epochs = sum(name.isdigit() for name in rows[0])
curves = np.array([[float(row[str(e + 1)]) for e in range(epochs)] for row in rows])
networks = [json.loads(row["architecture"]) for row in rows]
is_trial = np.array([row["seed"] == "0" for row in rows])
half, trials = epochs // 2, curves[is_trial]
quality = trials[:, half:].mean(1)
order = np.argsort(-quality)


def correlation(a, b):
    ranks = [np.argsort(np.argsort(values)) for values in (a, b)]
    return np.corrcoef(*ranks)[0, 1]


for e in (5, 9, 15, 22, 30):
    early, best = trials[:, e // 2:e].mean(1), order[:len(order) // 3]
    print(f"rank correlation at {e}: {correlation(early, quality):.2f}, in the best third "
          f"{correlation(early[best], quality[best]):.2f}")
learned = quality > 0.7
print(f"{learned.sum()} networks from {quality[learned].min():.3f} to {quality.max():.3f}, sd {quality[learned].std():.3f}")
print(f"from epoch to epoch {np.median([np.std(np.diff(curve[half:])) / 2**0.5 for curve in trials]):.4f}")
groups = [curves[[n == network for n in networks]] for network in networks]
groups = [group for index, group in enumerate(groups) if is_trial[index] and len(group) > 1]
for name, value in (("at the end", lambda c: c[:, half:].max(1)), ("at a third", lambda c: c[:, 7:15].mean(1))):
    print(f"luck {name}: {np.mean([value(group).var(ddof=1) for group in groups]) ** 0.5:.4f}")

# D(e) = L − (L − 0.05) (1 + l/τ)^−α with l = e³/(e² + d²), d being a slow beginning.
e, start = np.arange(1, epochs + 1), 0.05
weights = np.where(e < 3, 0.3, 1)


def fit(curve, exponent):
    found = []
    for d in (0, 0.5, 1, 2, 3, 4, 6, 9, 12, 16, 20):
        for tau in np.exp(np.linspace(np.log(0.05), np.log(20), 60)):
            m = (1 + e**3 / (e**2 + d * d) / tau) ** -exponent
            limit = np.sum(weights * (1 - m) * (curve - start * m)) / np.sum(weights * (1 - m) ** 2)
            found.append((np.sum(weights * (curve - limit * (1 - m) - start * m) ** 2), d, tau))
    return min(found)


fits = {a: [fit(curve, a) for curve in trials[learned]] for a in (0.5, 0.7, 0.9, 1.1, 1.3)}
exponent = min(fits, key=lambda a: sum(error for error, _, _ in fits[a]))
print(f"exponent {exponent}; slow beginning in the median, of one in ten: "
      f"{np.quantile([d for _, d, _ in fits[exponent]], [0.5, 0.9])} epochs")


def wide_depth(network):
    """Most convolutions larger than 1 on a path through the block; operations are listed row by row."""
    operations, depth = iter(network["ops"]), {0: 0}
    edges = [(i, j, next(operations)) for i in range(network["nodes"]) for j in range(i + 1, network["nodes"])]
    for node in range(1, network["nodes"]):
        paths = [depth[i] + (2 <= o <= 5) for i, j, o in edges if j == node and o > 0 and i in depth]
        if paths:
            depth[node] = max(paths)
    return depth[network["nodes"] - 1]


def features(network):
    used = [o for o in network["ops"] if o > 0]
    return [1, network["res"], network["sup"], network["n"] - 10, network["p"] - 2, wide_depth(network) == 1,
            wide_depth(network) > 2, *(used.count(o) / len(used) for o in (1, 3, 4, 5, 6))]


trained = [network for network, is_own in zip(networks, is_trial) if is_own]
x = np.array([features(network) for network, is_good in zip(trained, learned) if is_good], float)
solution = np.linalg.lstsq(x, quality[learned], rcond=None)[0]
names = ["", "res", "sup", "a channel", "a pooling", "depth 1", "depth 3", *(f"all of operation {o}" for o in (1, 3, 4, 5, 6))]
print({name: round(float(value), 3) for name, value in zip(names, solution) if name})
