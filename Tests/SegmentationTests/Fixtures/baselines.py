"""Writes baselines.json: narrow 3D U-Net and V-Net in PyTorch 2.11.0, in evaluation, from their papers' figures.

Parameters are made as in networks.py, in the order in which `layers` lists them.
"""
import json
import math
import pathlib

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def sines(shape, phase):
    return torch.tensor([math.sin(0.7 * i + phase) for i in range(math.prod(shape))]).reshape(shape)


class Layer(nn.Module):
    def __init__(self, i, o, k, act, stride=None, up=False, norm=True, bias=False):
        super().__init__()
        kind = nn.ConvTranspose3d if up else nn.Conv3d
        k = [k] * 3 if isinstance(k, int) else k
        self.conv = kind(i, o, k, stride=stride or 1, padding=0 if stride else [n // 2 for n in k], bias=bias)
        self.norm = nn.BatchNorm3d(o) if norm else nn.Identity()
        self.act = nn.PReLU(o) if act == "prelu" else nn.ReLU() if act == "relu" else nn.Identity()

    def linear(self, x):
        return self.norm(self.conv(x))

    def forward(self, x):
        return self.act(self.linear(x))


class UNet(nn.Module):
    """Cicek et al. 2016, figure 2: 32-64, 64-128, 128-256, 256-512 channels, here a sixteenth."""

    def __init__(self, channels, classes, w, strides=[(2, 2, 2)] * 3, kernels=[(3, 3, 3)] * 4):
        super().__init__()
        self.strides = strides
        conv = lambda i, o, l: Layer(i, o, kernels[l], "relu")
        self.down = nn.ModuleList()
        i = channels
        for l in range(4):
            self.down += [conv(i, w * 2**l, l), conv(w * 2**l, 2 * w * 2**l, l)]
            i = 2 * w * 2**l
        self.up = nn.ModuleList()
        for l in (2, 1, 0):
            o = 2 * w * 2**l
            up = Layer(i, i, strides[l], None, strides[l], up=True, norm=False, bias=True)
            self.up += [up, conv(i + o, o, l), conv(o, o, l)]
            i = o
        self.head = Layer(i, classes, 1, None, norm=False, bias=True)

    def layers(self):
        return [*self.down, *self.up, self.head]

    def forward(self, x):
        kept = []
        for l in range(4):
            x = self.down[2 * l + 1](self.down[2 * l](F.max_pool3d(x, self.strides[l - 1]) if l else x))
            kept.append(x)
        kept.pop()
        for l in range(3):
            x = torch.cat([self.up[3 * l](x), kept.pop()], 1)
            x = self.up[3 * l + 2](self.up[3 * l + 1](x))
        return self.head(x)


class VNet(nn.Module):
    """Milletari et al. 2016, figure 2: stages of 1, 2, 3, 3, 3 and 3, 3, 2, 1 convolutions, here narrow."""

    def __init__(self, channels, classes, w, strides=[(2, 2, 2)] * 4, kernels=[(3, 3, 3)] * 5):
        super().__init__()
        kernel = lambda l: [1 if k == 1 else 5 for k in kernels[l]]
        stage = lambda i, o, n, l: nn.ModuleList(Layer(i if c == 0 else o, o, kernel(l), "prelu") for c in range(n))
        self.encoder, self.decoder = nn.ModuleList(), nn.ModuleList()
        self.downs, self.ups = nn.ModuleList(), nn.ModuleList()
        for l, n in enumerate((1, 2, 3, 3, 3)):
            if l:
                self.downs.append(Layer(w * 2 ** (l - 1), w * 2**l, strides[l - 1], "prelu", strides[l - 1]))
            self.encoder.append(stage(w * 2**l if l else channels, w * 2**l, n, l))
        i = w * 16
        for l, n in ((3, 3), (2, 3), (1, 2), (0, 1)):
            self.ups.append(Layer(i, w * 2**l, strides[l], "prelu", strides[l], up=True))
            i = 2 * w * 2**l
            self.decoder.append(stage(i, i, n, l))
        self.head = Layer(i, classes, 1, None, norm=False, bias=True)

    def layers(self):
        for l, stage in enumerate(self.encoder):
            yield from ([self.downs[l - 1]] if l else []) + list(stage)
        for up, stage in zip(self.ups, self.decoder):
            yield from [up, *stage]
        yield self.head

    @staticmethod
    def run(stage, x):
        y = x
        for layer in stage[:-1]:
            y = layer(y)
        y = stage[-1].linear(y)
        return stage[-1].act(y + x.repeat(1, -(-y.shape[1] // x.shape[1]), 1, 1, 1)[:, : y.shape[1]])

    def forward(self, x):
        kept = []
        for l, stage in enumerate(self.encoder):
            x = self.run(stage, self.downs[l - 1](x) if l else x)
            kept.append(x)
        kept.pop()
        for up, stage in zip(self.ups, self.decoder):
            x = self.run(stage, torch.cat([up(x), kept.pop()], 1))
        return self.head(x)


def value(name, parameter, k):
    s = sines(parameter.shape, k)
    if name == "norm.weight":
        return 1 + 0.1 * s
    return 0.1 * s if parameter.dim() == 1 else s * (2 / math.prod(parameter.shape[1:])) ** 0.5


def result(network, size):
    tensors = [(n, p) for layer in network.layers() for n, p in layer.named_parameters()]
    with torch.no_grad():
        for k, (name, parameter) in enumerate(tensors):
            parameter.copy_(value(name, parameter, k))
    network.eval()  # statistics of the few voxels at the bottom would amplify float32's rounding
    y = network(sines((1, 1, *size), 0.4))
    (y * sines(y.shape, 100)).sum().backward()
    return {
        "size": size,
        "output": [round(v, 9) for v in y.flatten().tolist()],
        "gradientNorms": [p.grad.norm().item() for _, p in tensors],
    }


# Thick slices, along depth, height and width: strides of each pooling, kernels of each level.
S = [(1, 2, 2), (1, 2, 2), (2, 2, 2), (2, 2, 2)]
K = [(1, 3, 3), (1, 3, 3), (3, 3, 3), (3, 3, 3), (3, 3, 3)]
results = {
    "unet3d": result(UNet(1, 3, 2), (8, 8, 16)),
    "vnet": result(VNet(1, 3, 2), (16, 16, 16)),
    "unet3d with thick slices": result(UNet(1, 3, 2, S[:3], K[:4]), (6, 16, 16)),
    "vnet with thick slices": result(VNet(1, 3, 2, S, K), (8, 16, 32)),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(results) + "\n")
