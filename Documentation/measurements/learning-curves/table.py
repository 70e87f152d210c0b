"""The learning curves of a study, and of further trainings of its networks, as `segnas3d bench search --curves` reads them.

Usage: table.py SEGNAS3D STUDY [SEED=RUN…] > curves.csv. RUN is the folder of `segnas3d train --seed SEED` with a network of the
study; trainings that were not finished are left out. Prints one row for each training.
"""
import csv
import json
import subprocess
import sys
from pathlib import Path


def rows(*arguments):
    text = subprocess.run([program, "status", *arguments, "--csv"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return list(csv.DictReader(text.splitlines()))


def network(row):
    operations = [int(code) for code in row["block"].strip("{}").split(",")]
    numbers = {key: int(row[key]) for key in ("n", "p", "sup", "res", "nodes")}
    return json.dumps({"schema": 1, "family": "segnas", **numbers, "ops": operations, "dropout": float(row["dropout"])})


def written(architecture, cost, seed, dice):
    return [architecture, *cost, seed, *(f"{value:.4f}" for value in dice)]


program, study, *runs = sys.argv[1:]
curves = {}
for row in rows(study, "--epochs"):
    curves.setdefault(row["trial"], []).append(float(row["validation_dice"]))
trials = [row for row in rows(study) if row["state"] == "completed"]
costs = {network(row): (row["parameters"], row["multiply_adds"]) for row in trials}
epochs = max(len(curve) for curve in curves.values())
table = [written(network(row), costs[network(row)], 0, curves[row["trial"]]) for row in trials]
for run in runs:
    seed, folder = run.split("=", 1)
    plan = json.loads((Path(folder) / "plan.json").read_text())
    found = plan["network"]
    same = [name for name in costs if all(found[key] == value for key, value in json.loads(name).items())]
    dice = [float(row["validation_dice"]) for row in rows(folder)]
    if len(dice) == epochs:
        table.append(written(same[0], costs[same[0]], seed, dice))
out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(["architecture", "parameters", "multiply_adds", "seed", *range(1, epochs + 1)])
out.writerows(row for row in table if len(row) == 4 + epochs)
