"""Wilcoxon's signed-rank test by scipy 1.17: differences, and what comes of them."""

import json
import numpy as np
from scipy import stats

random = np.random.default_rng(7)


def sample(name, differences):
    known = differences[differences != 0]
    ties = len(np.unique(np.abs(known))) < len(known)
    method = "asymptotic" if ties or len(known) > 50 else "exact"
    # scipy's exact distribution is that of as many ranks as there are differences other than zero.
    test = stats.wilcoxon(differences, zero_method="wilcox", correction=False, method=method)
    ranks = stats.rankdata(np.abs(known))
    return {
        "name": name, "differences": [float(d) for d in differences], "count": len(known),
        "isExact": method == "exact", "p": float(test.pvalue),
        "positive": float(ranks[known > 0].sum()), "negative": float(ranks[known < 0].sum()),
    }


samples = []
for count in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 20, 25, 37, 49, 50, 51, 60]:
    for shift in [0.0, 0.3, 2.0]:
        values = np.round(random.normal(shift, 1, count), 6)
        samples.append(sample(f"{count} shifted by {shift}", values))
for count in [2, 5, 6, 8, 12, 20, 50, 51, 60]:
    samples.append(sample(f"{count} with ties", random.integers(1, 6, count) * random.choice([-1.0, 1, 1], count)))
    zeros = np.round(random.normal(0.4, 1, count), 6)
    zeros[: count // 3] = 0
    samples.append(sample(f"{count} with zeros", random.permutation(zeros)))
    both = random.integers(-4, 7, count).astype(float)
    both[0] = 3
    samples.append(sample(f"{count} with both", both))
samples.append(sample("all positive and equal", np.full(7, 0.25)))
samples.append(sample("fifty, all positive", np.arange(1.0, 51)))

holm = []
for values in [[0.01], [0.04, 0.01, 0.03], [0.02, 0.02, 0.02, 0.9], [0.5, 0.6], [0.001, 0.04, 0.013, 0.2, 0.013, 1.0]]:
    order = np.argsort(values, kind="stable")
    corrected = np.minimum(1, np.array(values)[order] * np.arange(len(values), 0, -1))
    result = np.empty(len(values))
    result[order] = np.maximum.accumulate(corrected)
    holm.append({"values": values, "corrected": [float(p) for p in result]})

with open("signed-rank.json", "w") as file:
    lines = [json.dumps(sample) for sample in samples]
    file.write('{"samples": [\n' + ",\n".join(lines) + '\n], "holm": ' + json.dumps(holm) + "}\n")
