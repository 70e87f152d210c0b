"""Writes networks.json: three networks in PyTorch 2.11.0, forward and backward, in training and in evaluation; and
steps.json: the losses of 20 training steps in float64, and in float32 on the CPU.

The networks are written here from the paper's description, not from segnas3d's code. Parameter k (in the order of
`parameters()` below) has elements sin(0.7 i + k) scaled to its kind; images, seeds of gradients and running statistics
are made alike. Deep supervision is computed as the paper says: upsample, concatenate, one 1x1x1 convolution.

    python3 -m venv /tmp/torch && /tmp/torch/bin/pip install torch==2.11.0 && /tmp/torch/bin/python networks.py
"""
import json
import math
import pathlib

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
OPERATIONS = [None, (1, 1), (3, 1), (5, 1), (3, 2), (5, 2), "skip"]


def sines(shape, phase):
    return torch.tensor([math.sin(0.7 * i + phase) for i in range(math.prod(shape))]).reshape(shape)


class ConvNormReLU(nn.Module):
    def __init__(self, i, o, k, d, of=(3, 3, 3)):
        super().__init__()
        kernel = [1 if flat == 1 else k for flat in of]
        self.conv = nn.Conv3d(i, o, kernel, padding=[d * (k // 2) for k in kernel], dilation=d, bias=False)
        self.norm = nn.BatchNorm3d(o)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)))


class MegaBlock(nn.Module):
    def __init__(self, i, o, nodes, ops, res, of=(3, 3, 3)):
        super().__init__()
        self.nodes, self.res, self.i, self.o = nodes, res, i, o
        self.edges = nn.ModuleDict()
        self.identity = set()
        entries = iter(ops)
        for a in range(1, nodes + 1):
            for b in range(a + 1, nodes + 1):
                operation, inputs = OPERATIONS[next(entries)], i if a == 1 else o
                if operation == "skip" and inputs == o:
                    self.identity.add((a, b))
                elif operation == "skip":
                    self.edges[f"{a}{b}"] = nn.Conv3d(inputs, o, 1, bias=False)
                elif operation:
                    self.edges[f"{a}{b}"] = ConvNormReLU(inputs, o, *operation, of)
        if res and i != o:
            self.residual = ConvNormReLU(i, o, 1, 1)

    def forward(self, x):
        features = {1: x}
        for b in range(2, self.nodes + 1):
            terms = [
                features[a] if (a, b) in self.identity else self.edges[f"{a}{b}"](features[a])
                for a in range(1, b)
                if (a, b) in self.identity or f"{a}{b}" in self.edges
            ]
            features[b] = sum(terms[1:], terms[0])
        y = features[self.nodes]
        if self.res:
            y = y + (x if self.i == self.o else self.residual(x))
        return y


class Network(nn.Module):
    """Strides of the poolings and kernels of the levels are given along depth, height and width."""

    def __init__(self, channels, classes, n, p, sup, res, nodes, ops, strides=None, kernels=None):
        super().__init__()
        self.p, self.sup = p, sup
        self.strides = strides or [(2, 2, 2)] * p
        kernels = kernels or [(3, 3, 3)] * (p + 1)
        block = lambda i, l: MegaBlock(i, n * 2**l, nodes, ops, res, kernels[l])
        self.encoder = nn.ModuleList(block(channels if l == 0 else n * 2 ** (l - 1), l) for l in range(p + 1))
        self.decoder = nn.ModuleList(block(3 * n * 2**l, l) for l in reversed(range(p)))
        features = sum(n * 2**l for l in range(p + 1)) if sup else n
        self.head = nn.Conv3d(features, classes, 1)

    def forward(self, x):
        size = x.shape[2:]
        units = [math.prod(s) for s in zip(*self.strides)]
        pads = [(-s) % unit for s, unit in zip(size, units)]
        x = F.pad(x, [a for t in reversed(pads) for a in (t // 2, t - t // 2)])
        kept = []
        for level, block in enumerate(self.encoder):
            x = block(F.max_pool3d(x, self.strides[level - 1]) if level else x)
            kept.append(x)
        levels = [kept.pop()]
        for stride, block in zip(reversed(self.strides), self.decoder):
            enlarged = F.interpolate(x, scale_factor=tuple(float(s) for s in stride), mode="nearest")
            x = block(torch.cat([enlarged, kept.pop()], 1))
            levels.append(x)
        if self.sup:
            x = torch.cat([F.interpolate(f, size=levels[-1].shape[2:], mode="nearest") for f in levels], 1)
        y = self.head(x)
        a = [t // 2 for t in pads]
        return y[:, :, a[0] : a[0] + size[0], a[1] : a[1] + size[1], a[2] : a[2] + size[2]]


def named(network):
    """Parameters under segnas3d's names, in its order; the one head split by level."""
    p = network.p
    for path, blocks, levels in (
        ("encoder", network.encoder, range(p + 1)),
        ("decoder", network.decoder, reversed(range(p))),
    ):
        for level, block in zip(levels, blocks):
            for key, layer in block.edges.items():
                yield from layer_parameters(f"{path}.{level}.edge{key}", layer)
            if hasattr(block, "residual"):
                yield from layer_parameters(f"{path}.{level}.residual", block.residual)


def layer_parameters(name, layer):
    if isinstance(layer, nn.Conv3d):
        yield f"{name}.conv.weight", layer.weight
    else:
        yield f"{name}.conv.weight", layer.conv.weight
        yield f"{name}.norm.weight", layer.norm.weight
        yield f"{name}.norm.bias", layer.norm.bias


def value(name, parameter, k):
    s = sines(parameter.shape, k)
    if name.endswith("norm.weight"):
        return 1 + 0.1 * s
    return 0.1 * s if name.endswith("bias") else s * (2 / math.prod(parameter.shape[1:])) ** 0.5


def build(channels, classes, **options):
    network = Network(channels, classes, **options)
    with torch.no_grad():
        for k, (name, parameter) in enumerate(named(network)):
            parameter.copy_(value(name, parameter, k))
        network.head.weight.copy_(sines(network.head.weight.shape, 50) / 4)
        network.head.bias.copy_(sines(network.head.bias.shape, 51) / 4)
        for module in network.modules():
            if isinstance(module, nn.BatchNorm3d):
                module.running_mean.copy_(0.1 * sines(module.running_mean.shape, 1))
                module.running_var.copy_(1 + 0.3 * sines(module.running_var.shape, 2))
    return network


def run(channels, classes, size, **options):
    network = build(channels, classes, **options)
    x = sines((2, channels, *size), 0.4)
    result = {"size": size, "channels": channels, "classes": classes}
    levels = {k: options[k] for k in ("strides", "kernels") if k in options}
    result["architecture"] = {k: v for k, v in options.items() if k not in levels} | {"dropout": 0}
    if levels:  # along x, y and z
        result["levels"] = {k: [triple[::-1] for triple in v] for k, v in levels.items()}
    for mode in ("evaluation", "training"):
        network.train(mode == "training")
        network.zero_grad()
        y = network(x)
        (y * sines(y.shape, 100)).sum().backward()
        gradients = {n: q.grad for n, q in named(network)}
        gradients["head"] = network.head.weight.grad
        result[mode] = {
            "output": [round(v, 8) for v in y.flatten().tolist()],
            "gradients": {n: [g.norm().item(), (g * sines(g.shape, 7)).sum().item()] for n, g in gradients.items()},
        }
    return result


results = {
    "plain": run(1, 3, (7, 8, 5), n=4, p=2, sup=0, res=0, nodes=3, ops=[2, 0, 2]),
    "residual and supervised": run(2, 4, (9, 8, 8), n=3, p=2, sup=1, res=1, nodes=3, ops=[2, 1, 3]),
    "four nodes": run(1, 3, (8, 12, 10), n=4, p=1, sup=1, res=1, nodes=4, ops=[4, 6, 6, 5, 6, 2]),
    "thick slices": run(
        2, 3, (5, 9, 14), n=3, p=2, sup=1, res=1, nodes=3, ops=[2, 1, 5],
        strides=[(1, 2, 2), (2, 2, 2)], kernels=[(1, 3, 3), (3, 3, 3), (3, 3, 3)],
    ),
    "rows": run(
        1, 3, (6, 4, 12), n=3, p=2, sup=0, res=0, nodes=3, ops=[4, 6, 2],
        strides=[(2, 1, 1), (2, 1, 2)], kernels=[(3, 1, 1), (3, 1, 3), (3, 1, 3)],
    ),
}
pathlib.Path(__file__).with_suffix(".json").write_text(
    "{\n" + ",\n".join(f"{json.dumps(n)}: {json.dumps(r)}" for n, r in results.items()) + "\n}\n"
)


def loss(scores, labels):
    logp = torch.log_softmax(scores, 1)
    truth = F.one_hot(labels, scores.shape[1]).movedim(-1, 1)
    p, voxels = logp.exp(), (2, 3, 4)
    dice = (2 * (p * truth).sum(voxels) + 1) / ((p + truth).sum(voxels) + 1)
    nll = -logp.gather(1, labels[:, None])[:, 0]
    weight = scores.shape[1] ** 0.5  # all labels equally frequent
    cross = weight * nll.clamp(min=1e-6).pow(0.3).mean()
    return 0.8 * (-torch.log(dice.clamp(1e-7, 1 - 1e-7))).pow(0.3).mean() + 0.2 * cross


def steps(dtype, channels=1, classes=3, size=(16, 16, 16), **options):
    network = build(channels, classes, **options).to(dtype)
    optimizer = torch.optim.NAdam(network.parameters(), lr=1e-3, eps=1e-7)
    x = sines((2, channels, *size), 0.4)
    labels = ((x[:, 0] > 0.3).long() + (x[:, 0] > 0.8).long()).detach()
    losses = []
    for _ in range(20):
        value = loss(network(x.to(dtype)), labels)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return losses


options = dict(n=4, p=2, sup=0, res=1, nodes=3, ops=[2, 0, 2])
pathlib.Path(__file__).with_name("steps.json").write_text(
    json.dumps({"float64": steps(torch.float64, **options), "float32": steps(torch.float32, **options)}) + "\n"
)
