"""Segments a folder of images with one exported model in each runtime, with the preparation of the MONAI bundle.

python run.py EXPORTS IMAGES OUTPUT, where EXPORTS holds model.onnx, model.ts, python/ and bundle/.
"""
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
import openvino
import torch
from monai.transforms import Compose, LoadImaged

exports, images, output = map(Path, sys.argv[1:4])
sys.path[:0] = [str(exports / "bundle"), str(exports / "python")]
from network import load  # noqa: E402
from scripts.preparation import Prepared, Restored, Saved, Tiles, cases  # noqa: E402

torch.set_num_threads(1)


def onnx_runtime():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(exports / "model.onnx"), options)
    return lambda image: torch.from_numpy(session.run(None, {"image": image.numpy()})[0])


def open_vino():
    core = openvino.Core()
    model = core.compile_model(
        str(exports / "model.onnx"), "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1})
    return lambda image: torch.from_numpy(np.array(model({"image": image.numpy()})[0]))


def torch_script():
    return torch.jit.load(str(exports / "model.ts"))


def py_torch():
    network = load()
    network.eval()
    return lambda image: torch.softmax(network(image), 1)


prepare = Compose([LoadImaged("image", ensure_channel_first=True, dtype=np.float64), Prepared("image")])
for name, make in {
    "onnxruntime": onnx_runtime, "openvino": open_vino, "torchscript": torch_script, "pytorch": py_torch,
}.items():
    network, tiles, seconds = make(), Tiles(overlap=0.5), 0
    write = Compose([Restored("pred"), Saved("pred", output_dir=str(output / name))])
    for case in cases(images):
        data = prepare(case)
        begun = time.perf_counter()
        with torch.no_grad():
            data["pred"] = tiles(data["image"][None].as_tensor(), network)[0]
        seconds += time.perf_counter() - begun
        write(data)
    print(f"{name}: {seconds:.2f} s in the network")
