"""Writes operations.json: what PyTorch 2.11.0 computes in float64 for the cases of OperationCase.swift.

    python3 -m venv /tmp/torch && /tmp/torch/bin/pip install torch==2.11.0 && /tmp/torch/bin/python operations.py

Input k of a case has elements sin(0.7 i + k + 0.4) in row-major order, plus 1.5 where the case wants positive numbers. The
gradients are those of sum(output * seed), seed being sin(0.7 i + 100).
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def joined(k, dilation=1):
    def convolve(low, same, w):
        x = torch.cat([F.interpolate(low, scale_factor=2, mode="nearest"), same], 1)
        return F.conv3d(x, w, padding=dilation * (k - 1) // 2, dilation=dilation)

    return [(1, 2, 2, 2, 4), (1, 1, 4, 4, 8), (2, 3, k, k, k)], convolve


def joined_flat(low, same, kernel, dilation=1):
    """The low map enlarged along some axes or all, and a kernel that may be flat."""

    def convolve(x, y, w):
        x = torch.cat([F.interpolate(x, size=y.shape[2:], mode="nearest"), y], 1)
        return F.conv3d(x, w, padding=[dilation * (k - 1) // 2 for k in kernel], dilation=dilation)

    return [(1, 2, *low), (1, 1, *same), (2, 3, *kernel)], convolve


def enlarge_and_add(low, same):
    return F.interpolate(low, size=same.shape[2:], mode="nearest") + same


def sines(shape, phase):
    count = math.prod(shape)
    return torch.tensor([math.sin(0.7 * i + phase) for i in range(count)]).reshape(shape)


labels = torch.tensor([[0, 2, 1], [1, 1, 0]])
theta = torch.tensor([[[0.9, -0.2, 0.1, 0.15], [0.3, 0.8, 0.0, -0.1], [-0.1, 0.2, 1.1, 0.05]]])
V = (1, 2, 3, 4, 5)
ODD = (2, 2, 3, 5, 7)


def running():
    return torch.tensor([0.1, -0.2, 0.3]), torch.tensor([0.9, 1.2, 0.7])


M = (2, 3, 3, 2, 5)
keep = torch.tensor([[1.25, 0, 1.25], [1.25, 1.25, 0]])[:, :, None, None, None]


def class_sums(x):
    """Common, predicted and cross (gamma 0.3) of 5 classes; every 11th voxel is ignored."""
    i = torch.arange(48).reshape(2, 3, 2, 4)
    labels, valid = (7 * i + i // 3) % 5, (i % 11 != 3)
    logp = torch.log_softmax(4 * x, 1)
    truth = F.one_hot(labels, 5).movedim(-1, 1) * valid[:, None]
    p = logp.exp() * valid[:, None]
    nll = -logp.gather(1, labels[:, None])[:, 0]
    weights = torch.tensor([1, 2, 0.5, 3, 1])
    cross = (weights[labels] * nll.clamp(min=1e-6) ** 0.3 * valid).sum()
    return torch.cat([(p * truth).sum((2, 3, 4)).flatten(), p.sum((2, 3, 4)).flatten(), cross[None]])


def region_sums(x):
    """Common, predicted, actual, counted and cross (gamma 0.3) of 3 regions; every 11th voxel is ignored."""
    i = torch.arange(210).reshape(2, 3, 5, 7)
    labels, valid = (7 * i + i // 3) % 5, (i % 11 != 3)[:, None]
    members = torch.tensor([[0.0, 1, 1, 1, 1], [0, 0, 1, 1, 0], [0, 0, 0, 1, 0]])
    truth, p, voxels = members.t()[labels].movedim(-1, 1), torch.sigmoid(4 * x), (2, 3, 4)
    nll = F.binary_cross_entropy_with_logits(4 * x, truth, reduction="none").clamp(min=1e-6)
    outside, inside = torch.tensor([[1, 0.5, 1], [2, 3, 4]]).view(2, 1, 3, 1, 1, 1)
    cross = (torch.where(truth > 0, inside, outside) * nll**0.3 * valid).sum()
    sums = [(p * truth * valid), p * valid, truth * valid]
    return torch.cat([s.sum(voxels).flatten() for s in sums] + [valid.sum((1, 2, 3, 4)), cross[None]])


cases = {
    "negate": ([(2, 3)], lambda x: -x),
    "absolute": ([(2, 3)], torch.abs),
    "exp": ([(2, 3)], torch.exp),
    "log": ([(2, 3)], torch.log),
    "sqrt": ([(2, 3)], torch.sqrt),
    "relu": ([(2, 3)], torch.relu),
    "sigmoid": ([(2, 3)], torch.sigmoid),
    "add": ([(2, 1, 3), (4, 1)], lambda a, b: a + b),
    "subtract": ([(2, 1, 3), (4, 1)], lambda a, b: a - b),
    "multiply": ([(2, 1, 3), (4, 1)], lambda a, b: a * b),
    "divide": ([(2, 1, 3), (4, 1)], lambda a, b: a / b),
    "numbers": ([(2, 3)], lambda x: 2 / (3 - (x * 0.5 + 1) / 4)),
    "power of a number": ([(2, 3)], lambda x: x**0.3),
    "power": ([(2, 3), (3,)], torch.pow),
    "maximum": ([(2, 3), (3,)], torch.maximum),
    "minimum": ([(2, 3), (3,)], torch.minimum),
    "clamp": ([(3, 4)], lambda x: x.clamp(-0.5, 0.7)),
    "where": ([(3, 4), (3, 4)], lambda a, b: torch.where(a > 0.2, b, a)),
    "reshape": ([(2, 6)], lambda x: x.reshape(3, -1)),
    "permute": ([(2, 3, 4)], lambda x: x.permute(2, 0, 1)),
    "slice": ([(3, 7)], lambda x: x[:, 1:6:2]),
    "select": ([(3, 4)], lambda x: x[:, -1]),
    "squeeze": ([(3, 1, 4)], lambda x: x.squeeze(1).unsqueeze(0)),
    "expand": ([(3, 1)], lambda x: x.expand(2, 3, 4)),
    "concatenate": ([(2, 3), (2, 2)], lambda a, b: torch.cat([a, b], 1)),
    "stack": ([(2, 3), (2, 3)], lambda a, b: torch.stack([a, b], 1)),
    "pad": ([(2, 3)], lambda x: F.pad(x, (2, 1, 0, 3), value=0.5)),
    "crop": ([(4, 5)], lambda x: F.pad(x, (-1, -2, 0, 1))),
    "sum": ([(2, 3, 4)], lambda x: x.sum((0, 2))),
    "mean": ([(2, 3, 4)], lambda x: x.mean((1,), keepdim=True)),
    "variance": ([(2, 3, 4)], lambda x: x.var((0, 2))),
    "largest": ([(2, 3, 4)], lambda x: x.amax((0, 2))),
    "smallest": ([(2, 3, 4)], lambda x: x.amin((1,))),
    "sum of all": ([(2, 3)], lambda x: x.sum()),
    "softmax": ([(2, 3, 2)], lambda x: x.softmax(1)),
    "log-softmax": ([(2, 3, 2)], lambda x: x.log_softmax(1)),
    "gather": ([(2, 3, 3)], lambda x: x.gather(1, labels[:, None])),
    "conv 3": ([V, (3, 2, 3, 3, 3), (3,)], lambda x, w, b: F.conv3d(x, w, b, padding=1)),
    "conv 1 without bias": ([V, (3, 2, 1, 1, 1)], F.conv3d),
    "conv 3 dilated": ([(1, 2, 5, 7, 6), (2, 2, 3, 3, 3)], lambda x, w: F.conv3d(x, w, padding=2, dilation=2)),
    "conv 5": ([(1, 1, 5, 6, 7), (2, 1, 5, 5, 5)], lambda x, w: F.conv3d(x, w, padding=2)),
    "joined conv 1": joined(1),
    "joined conv 3": joined(3),
    "joined conv 3 dilated": joined(3, 2),
    "joined conv 5": joined(5),
    "joined conv 5 dilated": joined(5, 2),
    "sum of joined maps": ([(2, 3, 2, 3, 2), (2, 3, 4, 6, 4)], enlarge_and_add),
    "sum of joined maps along two axes": ([(2, 3, 3, 2, 2), (2, 3, 3, 4, 4)], enlarge_and_add),
    "conv uneven": (
        [(2, 2, 5, 4, 7), (3, 2, 1, 3, 5), (3,)],
        lambda x, w, b: F.conv3d(x, w, b, stride=(2, 1, 3), padding=(0, 1, 2)),
    ),
    "conv transpose 2": ([(1, 3, 2, 3, 4), (3, 2, 2, 2, 2), (2,)], lambda x, w, b: F.conv_transpose3d(x, w, b, 2)),
    "conv transpose uneven": (
        [(2, 2, 3, 2, 3), (2, 2, 3, 3, 2)],
        lambda x, w: F.conv_transpose3d(
            x, w, stride=(2, 2, 1), padding=(1, 1, 0), output_padding=(1, 0, 0), dilation=(1, 2, 1)
        ),
    ),
    "conv strided": ([ODD, (3, 2, 3, 3, 3), (3,)], lambda x, w, b: F.conv3d(x, w, b, 2, 1)),
    "conv strided along two axes": ([ODD, (3, 2, 3, 3, 3), (3,)], lambda x, w, b: F.conv3d(x, w, b, (1, 2, 2), 1)),
    "conv flat": ([ODD, (3, 2, 1, 3, 3), (3,)], lambda x, w, b: F.conv3d(x, w, b, padding=(0, 1, 1))),
    "conv flat and strided": (
        [ODD, (3, 2, 1, 3, 3), (3,)],
        lambda x, w, b: F.conv3d(x, w, b, (1, 2, 2), (0, 1, 1)),
    ),
    "conv 2 strided along two axes": ([ODD, (3, 2, 1, 2, 2)], lambda x, w: F.conv3d(x, w, stride=(1, 2, 2))),
    "conv transpose along two axes": (
        [(2, 3, 3, 2, 5), (3, 2, 1, 2, 2), (2,)],
        lambda x, w, b: F.conv_transpose3d(x, w, b, (1, 2, 2)),
    ),
    "conv transpose along one axis": (
        [(1, 3, 3, 2, 5), (3, 2, 2, 1, 1), (2,)],
        lambda x, w, b: F.conv_transpose3d(x, w, b, (2, 1, 1)),
    ),
    "joined conv along two axes": joined_flat((4, 2, 4), (4, 4, 8), (3, 3, 3)),
    "joined conv along two axes, flat": joined_flat((3, 2, 4), (3, 4, 8), (1, 3, 3)),
    "joined conv, flat": joined_flat((2, 2, 4), (4, 4, 8), (3, 3, 1)),
    "joined conv, flat and dilated": joined_flat((3, 5, 4), (3, 5, 8), (1, 3, 3), 2),
    "batch norm in training": (
        [(2, 3, 3, 2, 5), (3,), (3,)],
        lambda x, w, b: F.batch_norm(x, *running(), w, b, training=True),
    ),
    "batch norm in evaluation": (
        [(2, 3, 3, 2, 5), (3,), (3,)],
        lambda x, w, b: F.batch_norm(x, *running(), w, b, training=False),
    ),
    "batch norm and relu in training": (
        [(2, 3, 3, 2, 5), (3,), (3,)],
        lambda x, w, b: torch.relu(F.batch_norm(x, *running(), w, b, training=True)),
    ),
    "batch norm and relu in evaluation": (
        [(2, 3, 3, 2, 5), (3,), (3,)],
        lambda x, w, b: torch.relu(F.batch_norm(x, *running(), w, b, training=False)),
    ),
    "sum of maps": (
        [M, (3,), (3,), M, (3,), (3,), M, M],
        lambda x1, w1, b1, x2, w2, b2, x3, x4: keep
        * (torch.relu(F.batch_norm(x1, *running(), w1, b1, True)) + F.batch_norm(x2, *running(), w2, b2, True) + x3)
        + x4,
    ),
    "convolution of a sum": (
        [M, (3,), (3,), (2, 3, 3, 3, 3)],
        lambda x, w, b, k: F.conv3d(torch.relu(F.batch_norm(x, *running(), w, b, True)), k, padding=1),
    ),
    "class sums": ([(2, 5, 3, 2, 4)], class_sums),
    "region sums": ([(2, 3, 3, 5, 7)], region_sums),
    "prelu": ([(2, 3, 3, 2, 5), (3,)], F.prelu),
    "instance norm": ([(2, 3, 3, 2, 5), (3,), (3,)], lambda x, w, b: F.instance_norm(x, weight=w, bias=b)),
    "instance norm and leaky relu": (
        [M, (3,), (3,)],
        lambda x, w, b: F.leaky_relu(F.instance_norm(x, weight=w, bias=b)),
    ),
    "sum of instance norms": (
        [M, (3,), (3,), M, (3,), (3,)],
        lambda x1, w1, b1, x2, w2, b2: keep * F.leaky_relu(F.instance_norm(x1, weight=w1, bias=b1))
        + F.instance_norm(x2, weight=w2, bias=b2),
    ),
    "leaky relu of a sum": (
        [M, (3,), (3,), M],
        lambda x, w, b, y: F.leaky_relu(F.instance_norm(x, weight=w, bias=b) + y),
    ),
    "convolution of an instance norm": (
        [M, (3,), (3,), (2, 3, 3, 3, 3)],
        lambda x, w, b, k: F.conv3d(F.leaky_relu(F.instance_norm(x, weight=w, bias=b)), k, padding=1),
    ),
    "convolution of a leaky relu of a sum": (
        [M, (3,), (3,), M, (2, 3, 3, 3, 3)],
        lambda x, w, b, y, k: F.conv3d(F.leaky_relu(F.instance_norm(x, weight=w, bias=b) + y), k, padding=1),
    ),
    "max pool of two axes": ([(1, 2, 3, 4, 7)], lambda x: F.max_pool3d(x, (1, 2, 2))),
    "max pool of one axis": ([(2, 2, 4, 3, 5)], lambda x: F.max_pool3d(x, (2, 1, 1))),
    "average pool": ([(2, 2, 5, 4, 7)], lambda x: F.avg_pool3d(x, 2)),
    "average pool of two axes": ([(1, 2, 3, 4, 7)], lambda x: F.avg_pool3d(x, (1, 2, 2))),
    "upsample nearest along two axes": ([V], lambda x: F.interpolate(x, scale_factor=(1, 2, 2), mode="nearest")),
    "max pool": ([(1, 2, 5, 4, 7)], lambda x: F.max_pool3d(x, 2)),
    "max pool of even extents": ([(2, 2, 2, 4, 6)], lambda x: F.max_pool3d(x, 2)),
    "max pool overlapping": ([(1, 2, 5, 4, 7)], lambda x: F.max_pool3d(x, (3, 2, 3), (2, 1, 2), (1, 0, 1))),
    "upsample nearest": ([V], lambda x: F.interpolate(x, scale_factor=2, mode="nearest")),
    "upsample trilinear": ([V], lambda x: F.interpolate(x, scale_factor=2, mode="trilinear")),
    "resize nearest": ([V], lambda x: F.interpolate(x, size=(2, 7, 3), mode="nearest")),
    "resize trilinear": ([V], lambda x: F.interpolate(x, size=(2, 7, 3), mode="trilinear")),
    "resize corners": ([V], lambda x: F.interpolate(x, size=(5, 3, 4), mode="trilinear", align_corners=True)),
    "affine trilinear": (
        [V],
        lambda x: F.grid_sample(x, F.affine_grid(theta, (1, 2, 4, 3, 5), align_corners=False), align_corners=False),
    ),
    "affine nearest": (
        [V],
        lambda x: F.grid_sample(
            x, F.affine_grid(theta, (1, 2, 4, 3, 5), align_corners=False), "nearest", align_corners=False
        ),
    ),
}

positive = {"log", "sqrt", "power of a number", "power"}
results = {}
for name, (shapes, function) in cases.items():
    shift = 1.5 if name in positive else 0
    inputs = [(sines(s, k + 0.4) + shift).requires_grad_() for k, s in enumerate(shapes)]
    output = function(*inputs)
    (output * sines(output.shape, 100)).sum().backward()
    results[name] = {
        "shape": list(output.shape),
        "output": output.flatten().tolist(),
        "gradients": [x.grad.flatten().tolist() for x in inputs],
    }

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text("{\n" + ",\n".join(f"{json.dumps(n)}: {json.dumps(r)}" for n, r in results.items()) + "\n}\n")
