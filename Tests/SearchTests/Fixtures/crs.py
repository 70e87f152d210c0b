"""Writes crs.json: the least values that NLopt's GN_CRS2_LM finds after exactly 300 and 3000 evaluations, 200 seeds.

The minimum is taken inside of the function, for NLopt goes on after maxeval while its trials are accepted. The start
point is drawn too, so that the whole first population is uniform. Six digits are kept.
pip install nlopt==2.7.1 "numpy<2"; python crs.py (2.11 gives the same)
"""
import json
import math
import os
import random

import nlopt


def rastrigin(x):
    return sum(v * v - 10 * math.cos(2 * math.pi * v) + 10 for v in x)


def ackley(x):
    n = len(x)
    return (-20 * math.exp(-0.2 * math.sqrt(sum(v * v for v in x) / n))
            - math.exp(sum(math.cos(2 * math.pi * v) for v in x) / n) + 20 + math.e)


LOWER, UPPER = [8, 2, 0, 0, 2, 0, 0, 0, 0, 0, 0], [33, 6, 2, 2, 5, 7, 7, 7, 7, 7, 7]
TARGET = [26, 3, 0, 1, 3, 2, 0, 2, 1, 3, 4]


def segtoy(x):
    b = [min(math.floor(v), u - 1) for v, u in zip(x, UPPER)]
    if b[5] == b[6] == b[7] == 0 or b[8] == b[10] == 0:
        return 10.0
    return 0.2 + 3 * sum(((v - t) / (u - l)) ** 2 for v, t, u, l in zip(b, TARGET, UPPER, LOWER)) / 11


FUNCTIONS = {
    "sphere-10d": (lambda x: sum(v * v for v in x), [-3.0] * 10, [7.0] * 10),
    "rastrigin-5d": (rastrigin, [-4.12] * 5, [6.12] * 5),
    "rosenbrock-5d": (lambda x: sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:])),
                      [-1.5] * 5, [3.5] * 5),
    "ackley-11d": (ackley, [-20.0] * 11, [40.0] * 11),
    "rastrigin-5d-floor": (lambda x: rastrigin([math.floor(v) for v in x]), [-4.12] * 5, [6.12] * 5),
    "rastrigin-5d-qfloor": (lambda x: rastrigin([math.floor(4 * v) / 4 for v in x]), [-4.12] * 5, [6.12] * 5),
    "segtoy-11d": (segtoy, [float(v) for v in LOWER], [float(v) for v in UPPER]),
}


def run(function, lower, upper, seed):
    n = len(lower)
    least = []

    def objective(x, _):
        value = function(list(x))
        least.append(min(value, least[-1]) if least else value)
        return value

    nlopt.srand(seed)
    draw = random.Random(1000003 * seed + n)
    start = [draw.uniform(a, b) for a, b in zip(lower, upper)]
    search = nlopt.opt(nlopt.GN_CRS2_LM, n)
    search.set_lower_bounds(lower)
    search.set_upper_bounds(upper)
    search.set_min_objective(objective)
    search.set_maxeval(3000)
    search.optimize(start)
    return float(f"{least[299]:.6g}"), float(f"{least[2999]:.6g}")


if __name__ == "__main__":
    result = {}
    for name, (function, lower, upper) in FUNCTIONS.items():
        values = [run(function, lower, upper, seed) for seed in range(1, 201)]
        result[name] = {"300": [v[0] for v in values], "3000": [v[1] for v in values]}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "crs.json"), "w") as file:
        json.dump(result, file, separators=(",", ":"))
