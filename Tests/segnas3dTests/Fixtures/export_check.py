"""Runs exported networks in ONNX Runtime, PyTorch and OpenVINO, and compares them with what the model gave.

Called by ExportTests with the folder that it has filled; exits with 1 where a value differs.
"""
import importlib.util
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch

try:
    import openvino
except ImportError:
    openvino = None
    print("OpenVINO is not here: left out")

TOLERANCE, UNDECIDED = 1e-4, 2e-4
failures = 0


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    found = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda x: found.run(None, {"image": x})[0]


def vino(path):
    hint = {"INFERENCE_NUM_THREADS": 2, "INFERENCE_PRECISION_HINT": "f32"}
    model = openvino.Core().compile_model(str(path), "CPU", hint)
    return lambda x: model([x])[0]


def script(path):
    module = torch.jit.load(str(path))
    return lambda x: module(torch.from_numpy(x)).numpy()


def network(folder, rule):
    spec = importlib.util.spec_from_file_location("network", folder / "network.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = module.load()
    finish = torch.sigmoid if rule == "sigmoid" else lambda y: torch.softmax(y, 1)

    def run(x):
        with torch.no_grad():
            return finish(found(torch.from_numpy(x))).numpy()
    return run


def labels_of(probabilities, rule, values, background):
    if rule == "softmax":
        return np.array(values)[probabilities.argmax(1)][:, None]
    painted = np.full_like(probabilities[:, :1], background, int)
    for index, value in enumerate(values):
        painted[probabilities[:, index:index + 1] > 0.5] = value
    return painted


def undecided(probabilities, rule):
    if rule == "softmax":
        best = np.sort(probabilities, 1)
        return (best[:, -1] - best[:, -2] < UNDECIDED)[:, None]
    return (abs(probabilities - 0.5) < UNDECIDED / 2).any(1, keepdims=True)


for folder in sorted(Path(sys.argv[1]).iterdir(), key=lambda f: int(f.name)):
    name, rule, values, background, *shapes = (folder / "facts").read_text().split("\n")
    values, background = [int(v) for v in values.split()], int(background)
    runs = {
        "onnxruntime": session(folder / "probabilities.onnx"),
        "torchscript": script(folder / "probabilities.ts"),
        "network.py": network(folder / "python", rule),
        "onnxruntime labels": session(folder / "labels.onnx"),
        "torchscript labels": script(folder / "labels.ts"),
    }
    if openvino:
        runs["openvino"] = vino(folder / "probabilities.onnx")
        runs["openvino labels"] = vino(folder / "labels.onnx")
    worst = dict.fromkeys(runs, 0)
    for index, shape in enumerate(shapes):
        shape = [int(n) for n in shape.split()]
        x = np.fromfile(folder / f"x{index}", np.float32).reshape(shape)
        y = np.fromfile(folder / f"y{index}", np.float32).reshape(1, -1, *shape[2:])
        for runtime, run in runs.items():
            found = run(x)
            if runtime.endswith("labels"):
                assert found.shape == (1, 1, *shape[2:]), found.shape
                other = found != labels_of(y, rule, values, background)
                worst[runtime] += int((other & ~undecided(y, rule)).sum())
            else:
                assert found.shape == y.shape, (found.shape, y.shape)
                worst[runtime] = max(worst[runtime], float(abs(found - y).max()))
    for runtime, difference in worst.items():
        if not difference <= (0 if runtime.endswith("labels") else TOLERANCE):
            failures += 1
            print(f"{name}: {runtime} differs by {difference}", file=sys.stderr)
    print(f"{name}: " + ", ".join(f"{runtime} {difference:.1e}" for runtime, difference in worst.items()))

sys.exit(1 if failures else 0)
