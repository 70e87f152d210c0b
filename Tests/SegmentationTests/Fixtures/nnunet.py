"""Writes nnunet.json: narrow networks of dynamic-network-architectures 0.4.4 (nnU-Net's own), forward and backward.

Parameter k, in the order listed here, has elements sin(0.7 i + k) scaled to its kind; images and seeds of gradients are
made alike. Strides and kernels are given along depth, height and width, and written along x, y and z.

    python3 -m venv /tmp/torch && /tmp/torch/bin/pip install torch dynamic-network-architectures==0.4.4
    /tmp/torch/bin/python nnunet.py
"""
import json
import math
import pathlib
import re

import torch
import torch.nn as nn
from dynamic_network_architectures.architectures.unet import PlainConvUNet, ResidualEncoderUNet

torch.set_default_dtype(torch.float64)
BLOCKS = (1, 3, 4, 6, 6, 6)


def sines(shape, phase):
    return torch.tensor([math.sin(0.7 * i + phase) for i in range(math.prod(shape))]).reshape(shape)


def build(is_residual, channels, classes, stages, features, strides, kernels):
    """As nnU-Net's plans have them: ExperimentPlanner and nnUNetPlannerResEnc of nnunetv2."""
    kind = ResidualEncoderUNet if is_residual else PlainConvUNet
    return kind(
        channels, stages, [min(320, features * 2**l) for l in range(stages)], nn.Conv3d, kernels,
        [(1, 1, 1), *strides], BLOCKS[:stages] if is_residual else 2, num_classes=classes,
        n_conv_per_stage_decoder=1 if is_residual else 2, conv_bias=True, norm_op=nn.InstanceNorm3d,
        norm_op_kwargs={"eps": 1e-5, "affine": True}, nonlin=nn.LeakyReLU, nonlin_kwargs={"inplace": True},
        deep_supervision=True,
    )


def named(network, stages):
    """Parameters under segnas3d's names."""
    for name, parameter in network.named_parameters():
        name = re.sub(r"^encoder\.stem\.convs\.0\.", "stem.", name)
        one = lambda index: int(index) + 1
        name = re.sub(r"^encoder\.stages\.(\d+)\.0\.convs\.(\d+)", lambda m: f"encoder.{m[1]}.conv{one(m[2])}", name)
        name = re.sub(r"^encoder\.stages\.(\d+)\.blocks\.(\d+)", lambda m: f"encoder.{m[1]}.block{one(m[2])}", name)
        name = re.sub(r"\.skip\.\d+\.", ".skip.", name)
        level = lambda s: stages - 2 - int(s)
        name = re.sub(r"^decoder\.stages\.(\d+)\.convs\.(\d+)", lambda m: f"decoder.{level(m[1])}.conv{one(m[2])}", name)
        name = re.sub(r"^decoder\.transpconvs\.(\d+)", lambda m: f"decoder.{level(m[1])}.up.conv", name)
        name = re.sub(r"^decoder\.seg_layers\.(\d+)", lambda m: f"head.{level(m[1])}.conv", name)
        yield name, parameter


def value(name, parameter, k):
    s = sines(parameter.shape, k)
    if name.endswith("norm.weight"):
        return 1 + 0.1 * s
    return 0.1 * s if parameter.dim() == 1 else s * (2 / math.prod(parameter.shape[1:])) ** 0.5


def run(is_residual, size, stages, features, strides, kernels, channels=1, classes=3):
    network = build(is_residual, channels, classes, stages, features, strides, kernels)
    parameters = list(named(network, stages))
    with torch.no_grad():
        for k, (name, parameter) in enumerate(parameters):
            parameter.copy_(value(name, parameter, k))
    family = "nnunet-resenc" if is_residual else "nnunet"
    outputs = network(sines((2, channels, *size), 0.4))
    sum((y * sines(y.shape, 100 + level)).sum() for level, y in enumerate(outputs)).backward()
    return {
        "size": size,
        "channels": channels,
        "classes": classes,
        "architecture": {"family": family, "stages": stages, "features": features},
        "levels": {"strides": [s[::-1] for s in strides], "kernels": [k[::-1] for k in kernels]},
        "outputs": [[round(v, 8) for v in y.flatten().tolist()] for y in outputs],
        "parameters": [
            {"name": n, "norm": p.grad.norm().item(), "product": (p.grad * sines(p.shape, 7)).sum().item()}
            for n, p in parameters
        ],
    }


CUBES = {"strides": [(2, 2, 2)] * 2, "kernels": [(3, 3, 3)] * 3}
FLAT = {"strides": [(1, 2, 2), (2, 2, 2)], "kernels": [(1, 3, 3), (3, 3, 3), (3, 3, 3)]}
results = {
    "plain": run(False, (8, 12, 8), 3, 3, **CUBES),
    "plain with thick slices": run(False, (6, 12, 8), 3, 3, **FLAT, channels=2),
    "residual": run(True, (8, 12, 8), 3, 3, **CUBES),
    "residual with thick slices": run(True, (6, 12, 8), 3, 3, **FLAT, channels=2),
}
pathlib.Path(__file__).with_suffix(".json").write_text(
    "{\n" + ",\n".join(f"{json.dumps(n)}: {json.dumps(r)}" for n, r in results.items()) + "\n}\n"
)
if __name__ == "__main__":
    for is_residual in (False, True):
        network = build(is_residual, 1, 3, 6, 32, [(2, 2, 2)] * 5, [(3, 3, 3)] * 6)
        print(is_residual, sum(p.numel() for p in network.parameters()))
        network = build(is_residual, 1, 3, 6, 32, [(1, 2, 2)] * 2 + [(2, 2, 2)] * 3, [(1, 3, 3)] * 2 + [(3, 3, 3)] * 4)
        print(is_residual, "flat", sum(p.numel() for p in network.parameters()))
