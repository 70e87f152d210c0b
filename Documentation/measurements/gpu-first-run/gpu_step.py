"""Training steps in PyTorch on a GPU, the reference to beat. Prints a JSON line for each.

gpu_step.py MODE:N[:SIZE[:BATCH]] ...  cuDNN's choices are kept per process: do not mix bench with others. MODE: parts joined by '-': f32|bf16, cl|cf (channels last or first), eager|compile|max,
graph (CUDA graph of the whole step), bench (cudnn.benchmark). Network: p 3, residual, {2,0,2}, 20 classes, dropout 0.2.
"""
import json, sys, time, torch, torch.nn as nn, torch.nn.functional as F
sys.path.insert(0, "."); dev = "cuda" if torch.cuda.is_available() else "cpu"
class CNR(nn.Module):
    def __init__(s, i, o, k=3):
        super().__init__(); s.conv, s.norm = nn.Conv3d(i, o, k, padding=k // 2, bias=False), nn.BatchNorm3d(o)
    def forward(s, x): return F.relu(s.norm(s.conv(x)))
class Mega(nn.Module):
    def __init__(s, i, o):
        super().__init__(); s.a, s.b, s.drop = CNR(i, o), CNR(o, o), nn.Dropout3d(0.2)
        s.project = CNR(i, o, 1) if i != o else nn.Identity()
    def forward(s, x): return s.drop(s.b(s.a(x))) + s.project(x)
class Net(nn.Module):
    def __init__(s, n, p=3, classes=20):
        super().__init__(); w, i = [n << l for l in range(p + 1)], 1; s.e, s.d = nn.ModuleList(), nn.ModuleList()
        for c in w: s.e.append(Mega(i, c)); i = c
        for c in reversed(w[:-1]): s.d.append(Mega(i + c, c)); i = c
        s.head = nn.Conv3d(i, classes, 1)
    def forward(s, x):
        kept = []
        for l, b in enumerate(s.e):
            x = b(F.max_pool3d(x, 2) if l else x); kept.append(x)
        kept.pop()
        for b in s.d: x = b(torch.cat([F.interpolate(x, scale_factor=2, mode="nearest"), kept.pop()], 1))
        return s.head(x)
def loss_of(logits, labels, weights):
    logp = torch.log_softmax(logits.float(), 1); p = logp.exp(); ax = (2, 3, 4)
    truth = torch.zeros_like(p).scatter_(1, labels[:, None], 1)
    dice = (2 * (p * truth).sum(ax) + 1) / ((p + truth).sum(ax) + 1)
    nll = -logp.gather(1, labels[:, None])[:, 0]
    return 0.8 * (-torch.log(dice.clamp(1e-7, 1 - 1e-7))).pow(0.3).mean() + 0.2 * (weights[labels] * nll.clamp(min=1e-6).pow(0.3)).mean()
def main(word):
    parts, n, size, batch = (word.split(":") + ["128", "3"][max(0, word.count(":") - 1):])[:4]
    parts, n, size, batch = parts.split("-"), int(n), int(size), int(batch)
    torch.manual_seed(0); torch.backends.cudnn.benchmark = "bench" in parts
    net = Net(n).to(dev).train(); x = torch.randn(batch, 1, size, size, size, device=dev)
    y = torch.randint(0, 20, (batch, size, size, size), device=dev); w = torch.ones(20, device=dev)
    if "cl" in parts: net, x = net.to(memory_format=torch.channels_last_3d), x.contiguous(memory_format=torch.channels_last_3d)
    opt = torch.optim.NAdam(net.parameters(), lr=1e-3, eps=1e-7, foreach=True, capturable=dev == "cuda")
    params = sum(q.numel() for q in net.parameters()); f = lambda: None
    def forward_loss(x, y):
        with torch.autocast(dev, torch.bfloat16, enabled="bf16" in parts): z = net(x)
        return loss_of(z, y, w)
    fl = forward_loss
    if "compile" in parts: fl = torch.compile(forward_loss)
    if "max" in parts: fl = torch.compile(forward_loss, mode="max-autotune-no-cudagraphs")
    def step():
        opt.zero_grad(set_to_none="graph" not in parts); l = fl(x, y); l.backward(); opt.step(); return l
    sync = torch.cuda.synchronize if dev == "cuda" else (lambda: None)
    t = time.time()
    if "graph" in parts and dev == "cuda":
        s = torch.cuda.Stream(); s.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(s):
            for _ in range(4): step()
        torch.cuda.current_stream().wait_stream(s); g = torch.cuda.CUDAGraph()
        with torch.cuda.graph(g): out = step()
        run = g.replay
    else: run = step
    for _ in range(3): run()
    sync(); warm = time.time() - t
    if dev == "cuda": torch.cuda.empty_cache(); torch.cuda.reset_peak_memory_stats()
    times = []
    for _ in range(8):
        sync(); t = time.perf_counter(); run(); sync(); times.append(time.perf_counter() - t)
    times.sort()
    print(json.dumps({"workload": "train-step", "peer": "pytorch-" + word, "size": size, "batch": batch, "n": n, "parameters": params,
        "seconds": times[len(times) // 2], "best": times[0], "warmSeconds": round(warm, 1),
        "peakBytes": torch.cuda.max_memory_allocated() if dev == "cuda" else None, "reserved": torch.cuda.max_memory_reserved() if dev == "cuda" else None,
        "device": torch.cuda.get_device_name() if dev == "cuda" else "cpu", "cudnn": torch.backends.cudnn.version()}), flush=True)
import gc
for word in sys.argv[1:]:
    try: main(word)
    except Exception as error: print(json.dumps({"peer": word, "error": str(error)[:300]}), flush=True)
    gc.collect()
    if dev == "cuda": torch._dynamo.reset() if "compile" in word else None; torch.cuda.empty_cache()
