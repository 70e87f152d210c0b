"""Training steps of PyTorch, the reference to beat: steps.py FIGURES DEVICE SIZE BATCH N…

The network of `segnas3d bench train-step`, an equal loss and NAdam, in bfloat16: channels last or in the standard
layout, eager, compiled, and in a CUDA graph. cuDNN measures its kernels. A line of JSON is added to FIGURES for each.
"""

import gc
import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

FIGURES, DEVICE, SIZE, BATCH = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
WIDTHS = [int(n) for n in sys.argv[5:]]
CLASSES, POOLINGS = 20, 3
ON_GPU = DEVICE != "cpu"


class Layer(nn.Module):
    def __init__(self, inputs, outputs, kernel=3):
        super().__init__()
        self.conv = nn.Conv3d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
        self.norm = nn.BatchNorm3d(outputs)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)))


class Block(nn.Module):
    """{2, 0, 2}: two convolutions in a row, dropout, and a residual connection."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.first, self.second, self.dropout = Layer(inputs, outputs), Layer(outputs, outputs), nn.Dropout3d(0.2)
        self.project = Layer(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x):
        return self.dropout(self.second(self.first(x))) + self.project(x)


class Network(nn.Module):
    def __init__(self, n):
        super().__init__()
        widths, inputs = [n << level for level in range(POOLINGS + 1)], 1
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for width in widths:
            self.down.append(Block(inputs, width))
            inputs = width
        for width in reversed(widths[:-1]):
            self.up.append(Block(inputs + width, width))
            inputs = width
        self.head = nn.Conv3d(inputs, CLASSES, 1)

    def forward(self, x):
        kept = []
        for level, block in enumerate(self.down):
            x = block(F.max_pool3d(x, 2) if level else x)
            kept.append(x)
        kept.pop()
        for block in self.up:
            x = block(torch.cat([F.interpolate(x, scale_factor=2, mode="nearest"), kept.pop()], 1))
        return self.head(x)


def loss_of(scores, labels, weights):
    """The exponential logarithmic loss."""
    logarithms = torch.log_softmax(scores.float(), 1)
    p, voxels = logarithms.exp(), (2, 3, 4)
    truth = torch.zeros_like(p).scatter_(1, labels[:, None], 1)
    dice = (2 * (p * truth).sum(voxels) + 1) / ((p + truth).sum(voxels) + 1)
    nll = -logarithms.gather(1, labels[:, None])[:, 0]
    cross = (weights[labels] * nll.clamp(min=1e-6).pow(0.3)).mean()
    return 0.8 * (-torch.log(dice.clamp(1e-7, 1 - 1e-7))).pow(0.3).mean() + 0.2 * cross


def wait():
    if ON_GPU:
        torch.cuda.synchronize()


def step_of(layout, mode, n):
    """A function that takes one step."""
    torch.manual_seed(0)
    network = Network(n).to(DEVICE).train()
    images = torch.randn(BATCH, 1, SIZE, SIZE, SIZE, device=DEVICE)
    labels = torch.randint(0, CLASSES, (BATCH, SIZE, SIZE, SIZE), device=DEVICE)
    weights = torch.ones(CLASSES, device=DEVICE)
    if layout == "channels-last":
        network = network.to(memory_format=torch.channels_last_3d)
        images = images.contiguous(memory_format=torch.channels_last_3d)
    optimizer = torch.optim.NAdam(network.parameters(), lr=1e-3, eps=1e-7, foreach=True, capturable=ON_GPU)

    def forward(images, labels):
        with torch.autocast(DEVICE.split(":")[0], torch.bfloat16):
            scores = network(images)
        return loss_of(scores, labels, weights)

    loss = torch.compile(forward) if mode.startswith("compile") else forward

    def step():
        optimizer.zero_grad(set_to_none="graph" not in mode)
        loss(images, labels).backward()
        optimizer.step()

    if "graph" not in mode:
        return step
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(4):
            step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def measure(layout, mode, n):
    begin = time.time()
    step = step_of(layout, mode, n)
    for _ in range(3):
        step()
    wait()
    warm = time.time() - begin
    if ON_GPU:
        torch.cuda.reset_peak_memory_stats()
    times = []
    count = 5 if ON_GPU else 1  # a GPU is not waited for between steps
    for _ in range(5 if ON_GPU else 2):
        begin = time.perf_counter()
        for _ in range(count):
            step()
        wait()
        times.append((time.perf_counter() - begin) / count)
    return {
        "seconds": min(times),
        "medianSeconds": sorted(times)[len(times) // 2],
        "warmSeconds": round(warm, 1),
        "peakBytes": torch.cuda.max_memory_allocated() if ON_GPU else None,
        "reservedBytes": torch.cuda.max_memory_reserved() if ON_GPU else None,
    }


def variants():
    """The variants in the order of what they tell, as time may end."""
    fastest = ["compile-graph", "eager"] if ON_GPU else ["eager"]
    for mode in fastest:
        for n in WIDTHS:
            yield "channels-last", mode, n
    others = [("standard", "eager")]
    if ON_GPU:
        others += [("channels-last", "compile"), ("channels-last", "graph"), ("standard", "compile-graph")]
    for layout, mode in others:
        for n in dict.fromkeys([WIDTHS[0], WIDTHS[-1]]):
            yield layout, mode, n


torch.backends.cudnn.benchmark = True
for layout, mode, n in variants():
    row = {"stage": "peers", "name": "train-step", "peer": f"pytorch {layout} {mode}", "device": DEVICE, "size": SIZE,
           "batch": BATCH, "n": n, "precision": "bfloat16"}
    try:
        row |= measure(layout, mode, n)
    except Exception as error:  # another variant may still run
        row["error"] = str(error)[:300]
    with open(FIGURES, "a") as file:
        file.write(json.dumps(row) + "\n")
    print(json.dumps(row), flush=True)
    gc.collect()
    if ON_GPU:
        torch._dynamo.reset()
        torch.cuda.empty_cache()
