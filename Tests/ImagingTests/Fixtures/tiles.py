"""Writes tiles.json: the tiles and the weights of nnU-Net 2.8.1 (`pip download --no-deps nnunetv2`, unpacked in DIR).

Usage: python tiles.py DIR > tiles.json
"""
import importlib.util
import json
import pathlib
import sys
import types

import torch

# The module wants a function of another package that the two functions do not use.
for name in ("acvl_utils", "acvl_utils.cropping_and_padding", "acvl_utils.cropping_and_padding.padding"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["acvl_utils.cropping_and_padding.padding"].pad_nd_image = None
path = next(pathlib.Path(sys.argv[1]).rglob("sliding_window_prediction.py"))
spec = importlib.util.spec_from_file_location("sliding", path)
sliding = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sliding)

steps = [
    {"size": size, "patch": patch, "overlap": overlap,
     "starts": sliding.compute_steps_for_sliding_window((size,), (patch,), 1 - overlap)[0]}
    for size, patch in [(110, 64), (512, 64), (600, 64), (165, 64), (64, 64), (65, 64), (33, 7), (10, 3), (5, 1),
                        (201, 80), (17, 16), (97, 48)]
    for overlap in [0.5, 0, 0.25, 0.75]
]
gaussians = [
    {"patch": patch,
     "weights": sliding.compute_gaussian(tuple(patch), dtype=torch.float32, device=torch.device("cpu")).flatten().tolist()}
    for patch in [[8, 5, 12], [1, 2, 3], [16, 1, 7], [4, 4, 6]]
]
json.dump({"steps": steps, "gaussians": gaussians}, sys.stdout)
