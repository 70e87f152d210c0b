"""The Dice of an evaluation beside published ones, case by case, with the interval of the mean difference.

    paired.py evaluation.json published.json

published.json has under "cases" the Dice of each label by the name of the case; the interval is t's at 95 %.
"""

import json
import math
import sys

# Student's t at 97.5 % by the number of cases.
T = {60: 2.0010}


def main(evaluation: str, published: str) -> None:
    known = json.load(open(published))["cases"]
    ours, theirs = [], []
    for case in json.load(open(evaluation))["metric_per_case"]:
        name = case["case"]
        labels = case["metrics"]
        ours.append(sum(labels[label]["Dice"] for label in labels) / len(labels))
        theirs.append(sum(known[name][label] for label in labels) / len(labels))
    differences = [a - b for a, b in zip(ours, theirs)]
    count = len(differences)
    mean = sum(differences) / count
    deviation = math.sqrt(sum((d - mean) ** 2 for d in differences) / (count - 1))
    half = T[count] * deviation / math.sqrt(count)
    print(f"{count} cases: {sum(ours) / count:.4f}, published {sum(theirs) / count:.4f}")
    print(f"difference {mean:+.4f}, 95 % interval {mean - half:+.4f} to {mean + half:+.4f}")


main(*sys.argv[1:])
