"""The mean Dice of networks that were trained with several seeds, and the interval of their differences.

    judge.py crs=crs-1.json,crs-2.json,crs-3.json model=model-1.json,… first=…

Each file is what `segnas3d evaluate --json` wrote for the same cases; all networks have as many seeds. The differences
are those to the first network; the interval is the bootstrap's at 95 %, over cases and seeds at once.
"""

import json
import random
import sys


def dice(path: str) -> list[float]:
    cases = json.load(open(path))["metric_per_case"]
    means = {}
    for case in cases:
        labels = case["metrics"].values()
        means[case["case"]] = sum(label["Dice"] for label in labels) / len(labels)
    return [means[name] for name in sorted(means)]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def main(arguments: list[str]) -> None:
    networks = {}
    for argument in arguments:
        name, files = argument.split("=")
        networks[name] = [dice(file) for file in files.split(",")]
    draw = random.Random(0)
    reference = None
    for name, runs in networks.items():
        seeds = ", ".join(f"{mean(run):.4f}" for run in runs)
        print(f"{name}: {mean([mean(run) for run in runs]):.4f} ({seeds}), {len(runs[0])} cases")
        if reference is None:
            reference = runs
            continue
        differences = []
        for _ in range(4000):
            cases = draw.choices(range(len(runs[0])), k=len(runs[0]))

            def resampled(runs: list[list[float]]) -> float:
                chosen = draw.choices(runs, k=len(runs))
                return mean([mean([run[case] for case in cases]) for run in chosen])

            differences.append(resampled(runs) - resampled(reference))
        differences.sort()
        difference = mean([mean(run) for run in runs]) - mean([mean(run) for run in reference])
        low, high = differences[100], differences[-101]
        print(f"  difference {difference:+.4f}, 95 % interval {low:+.4f} to {high:+.4f}")


main(sys.argv[1:])
