"""Writes and judges the figures of gpu-check.sh: figures.py OUT COMMAND [ARGUMENTS]."""

import json
import os
import sqlite3
import sys
import time

OUT = sys.argv[1]


def add(**figure):
    with open(f"{OUT}/figures.jsonl", "a") as file:
        file.write(json.dumps(figure) + "\n")


def require(stage, name, passed, **more):
    add(stage=stage, name=name, passed=passed, **more)
    print(("ok      " if passed else "NOT MET ") + name, *more.values())


def facts(device):
    """What the GPU does at best: bytes a second of a copy, operations a second of a product."""
    import torch

    place = "cpu" if device == "cpu" else "cuda"
    wait = torch.cuda.synchronize if place == "cuda" else lambda: None

    def seconds(body, count=10):
        body()
        wait()
        begin = time.perf_counter()
        for _ in range(count):
            body()
        wait()
        return (time.perf_counter() - begin) / count

    length, side = (1 << 30, 8192) if place == "cuda" else (1 << 24, 1024)
    source = torch.empty(length, dtype=torch.float32, device=place)
    target = source.clone()
    copied = 2 * 4 * length / seconds(lambda: target.copy_(source))
    matrix = torch.randn(side, side, device=place).bfloat16()
    multiplied = 2 * side**3 / seconds(lambda: matrix @ matrix)
    found = {
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version() if place == "cuda" else None,
        "device": torch.cuda.get_device_name() if place == "cuda" else "cpu",
        "memory": torch.cuda.mem_get_info()[1] if place == "cuda" else None,
        "copyBytesPerSecond": copied,
        "bfloat16OperationsPerSecond": multiplied,
        "cores": len(os.sched_getaffinity(0)),
    }
    add(stage="facts", name="machine", **found)
    print(json.dumps(found, indent=1))


def losses(run, other, tolerance):
    """The largest relative difference between the losses of two runs, epoch by epoch."""
    rows = [[json.loads(line)["loss"] for line in open(f"{path}/log.jsonl")] for path in (run, other)]
    error = max(abs(a - b) / abs(a) for a, b in zip(*rows))
    is_same = len(rows[0]) == len(rows[1]) and error <= float(tolerance)
    require("parity", "losses of three epochs are those of the CPU", is_same, error=error, losses=rows)


def dice(file, least):
    found = json.load(open(file))["foreground_mean"]["Dice"]
    # None: no structure was predicted, so that nothing is known.
    require("parity", "predictions are those of the CPU", found is not None and found >= float(least), dice=found)


def bench(file, manner=""):
    for line in open(file):
        row = json.loads(line)
        add(stage="steps", name=" ".join([row["workload"], *manner.split()]), **{k: v for k, v in row.items() if k not in ("schema", "workload")})
        print(line.strip()[:300])


def states(file):
    found = json.load(open(file))["states"]
    bad = {state: found.get(state, 0) for state in ("failed", "running", "queued") if found.get(state, 0)}
    require("search", "no trial failed, and none is left", not bad, states=found)


def space(study, epochs=100, trainings=300):
    """What trainings of `epochs` epochs would take, by shorter ones: their starts and last epochs."""
    file = sqlite3.connect(f"file:{study}/study.sqlite?mode=ro", uri=True)
    taken = dict(file.execute("SELECT trial, endedAt - launchedAt FROM attempt WHERE reason IS NULL OR counts = 0"))
    rows = []
    for trial, parameters, operations in file.execute(
        "SELECT number, parameters, operations FROM trial WHERE state = 'completed' ORDER BY number"
    ):
        seconds = [s for s, in file.execute("SELECT seconds FROM epoch WHERE trial = ? ORDER BY epoch", [trial])]
        rows.append({"parameters": parameters, "operations": operations, "epochSeconds": seconds[-1],
                     "trainingSeconds": taken[trial] + (epochs - len(seconds)) * seconds[-1]})
    mean = sum(row["trainingSeconds"] for row in rows) / len(rows)
    add(stage="space", name="segnas11", epochs=epochs, trainings=trainings, meanTrainingSeconds=mean,
        days=trainings * mean / 86400, networks=rows)
    print(f"{len(rows)} networks: {mean:.0f} s for {epochs} epochs on average, {trainings * mean / 86400:.2f} days for"
          f" {trainings} trainings")


def ratios(figures):
    """Each step of ours beside PyTorch's fastest of the same width."""
    steps = [f for f in figures if f.get("name") == "train-step" and "seconds" in f]
    table = {}
    for ours in (f for f in steps if f["peer"] == "segnas3d" and f["precision"] == "bfloat16"):
        peers = [f for f in steps if f["peer"] != "segnas3d" and f["n"] == ours["n"]]
        if peers:
            best = min(peers, key=lambda f: f["seconds"])
            table[ours["n"]] = {
                "seconds": ours["seconds"],
                "fastestPeer": best["peer"],
                "speedOfPeers": best["seconds"] / ours["seconds"],
                "memoryOfPeers": ours["tensorBytes"] / best["peakBytes"] if best.get("peakBytes") else None,
            }
    return table


def end():
    figures = [json.loads(line) for line in open(f"{OUT}/figures.jsonl")]
    missed = [f"{f['stage']}: {f['name']}" for f in figures if f.get("passed") is False]
    document = {"schema": 1, "passed": not missed, "missed": missed, "steps": ratios(figures), "figures": figures}
    with open(f"{OUT}/figures.json", "w") as file:
        json.dump(document, file, indent=1)
        file.write("\n")
    for n, row in document["steps"].items():
        print(f"n {n}: {row['seconds'] * 1e3:.1f} ms, {row['speedOfPeers']:.2f} times as fast as {row['fastestPeer']}")
    print("all requirements are met" if not missed else "NOT MET: " + "; ".join(missed))
    sys.exit(1 if missed else 0)


def main(command, *arguments):
    if command == "require":
        stage, name, wanted, found = arguments
        require(stage, name, wanted == found, **({} if wanted == found else {"wanted": wanted, "found": found}))
    elif command == "note":
        stage, name, value = arguments
        add(stage=stage, name=name, value=json.loads(value))
        print(name + ":", value)
    else:
        {f.__name__: f for f in (facts, losses, dice, bench, states, space, end)}[command](*arguments)


try:
    main(*sys.argv[2:])
except (OSError, ValueError, KeyError, ZeroDivisionError, sqlite3.Error) as error:
    require(sys.argv[2], f"{' '.join(sys.argv[2:])} has its files", False, error=f"{type(error).__name__}: {error}")
