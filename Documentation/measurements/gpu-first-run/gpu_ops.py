"""What each operation of the CUDA path costs: convolutions by shape and layout, and the layers around them. One line each.

gpu_ops.py heuristics|benchmark [SIZE]: how cuDNN chooses; its choices are kept per process. The layers come with heuristics.
"""
import sys, torch, torch.nn.functional as F
dev = "cuda" if torch.cuda.is_available() else "cpu"; S = int(sys.argv[2]) if len(sys.argv) > 2 else 128; B = 3 if dev == "cuda" else 1
CL = torch.channels_last_3d; bf = torch.bfloat16
def ms(f, n=5):
    for _ in range(2): f()
    if dev == "cpu":
        import time; t = time.time(); f(); return (time.time() - t) * 1e3
    a, b = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True); ts = []
    for _ in range(n): a.record(); f(); b.record(); torch.cuda.synchronize(); ts.append(a.elapsed_time(b))
    return sorted(ts)[n // 2]
def t(*shape, fmt=CL): return torch.randn(*shape, device=dev, dtype=bf).contiguous(memory_format=fmt) if fmt else torch.randn(*shape, device=dev, dtype=bf)
def conv(i, o, k, d, s, fmt, label=""):
    try:
        x, w = t(B, i, s, s, s, fmt=fmt), t(o, i, k, k, k, fmt=fmt); pad = d * (k - 1) // 2
        f = lambda mask: torch.ops.aten.convolution_backward(g, x, w, None, [1] * 3, [pad] * 3, [d] * 3, False, [0] * 3, 1, mask)
        y = F.conv3d(x, w, padding=pad, dilation=d); g = torch.randn_like(y); fl = 2 * i * o * k**3 * y[:, 0].numel() / 1e9
        r = [ms(lambda: F.conv3d(x, w, padding=pad, dilation=d)), ms(lambda: f([True, False, False])), ms(lambda: f([False, True, False]))]
        print(f"conv {label}{i:4d}->{o:4d} k{k} d{d} {s}^3 b{B} {'CL' if fmt else 'CF'}: " + "  ".join(f"{n} {q:8.3f} ms {fl/q:6.0f} TF" for n, q in zip(("fwd", "dx", "dw"), r)), flush=True)
    except Exception as e: print("conv", i, o, k, d, s, "failed:", str(e)[:150], flush=True)
for bench in (sys.argv[1] == "benchmark",):
    torch.backends.cudnn.benchmark = bench; print("benchmark", bench)
    for i, o in ((1, 16), (16, 16), (48, 16), (21, 21), (24, 24), (26, 26), (32, 32), (96, 32)): conv(i, o, 3, 1, S, CL)
    if not bench:
        conv(16, 16, 3, 1, S, None); conv(32, 32, 3, 1, S, None); continue
    for i, o, k, d in ((16, 16, 1, 1), (16, 16, 5, 1), (16, 16, 3, 2), (32, 32, 5, 1), (32, 32, 5, 2), (32, 32, 3, 2)): conv(i, o, k, d, S, CL)
    for i, o in ((32, 32), (64, 64), (192, 64)): conv(i, o, 3, 1, S // 2, CL)
    conv(128, 128, 3, 1, S // 4, CL); conv(256, 256, 3, 1, S // 8, CL)
    conv(32, 128, 2, 1, S // 2, CL, "joined low part n16 ")   # 2x2x2 over the low map, 8 groups of 16
    conv(64, 256, 2, 1, S // 2, CL, "joined low part n32 ")
if bench: sys.exit()
for c in (16, 32):
    x = t(B, c, S, S, S); gb = x.numel() * 2 / 1e9; w, b = torch.ones(c, device=dev), torch.zeros(c, device=dev); rm, rv = b.clone(), w.clone()
    y = torch.empty_like(x); print(f"layers of C {c}: tensor {gb:.2f} GB; copy {ms(lambda: y.copy_(x)):.3f} ms")
    xr = x.clone().requires_grad_(); out = F.batch_norm(xr, rm, rv, w.requires_grad_(), b.requires_grad_(), True); g = torch.randn_like(out)
    print(f"  batch_norm CL fwd {ms(lambda: F.batch_norm(x, rm, rv, w, b, True)):.3f}  bwd {ms(lambda: torch.autograd.grad(out, (xr, w, b), g, retain_graph=True)):.3f} (gradient CL)"
          f"  {ms(lambda: torch.autograd.grad(out, (xr, w, b), g.contiguous(), retain_graph=True)):.3f} (gradient CF)")
    xc = x.contiguous(); print(f"  batch_norm CF fwd {ms(lambda: F.batch_norm(xc, rm, rv, w, b, True)):.3f};  relu CL {ms(lambda: F.relu(x)):.3f}")
    o = F.max_pool3d(xr, 2); go = torch.randn_like(o)
    print(f"  max_pool CL fwd {ms(lambda: F.max_pool3d(x, 2)):.3f} bwd {ms(lambda: torch.autograd.grad(o, xr, go, retain_graph=True)):.3f}")
    h = t(B, 2 * c, S // 2, S // 2, S // 2).requires_grad_(); u = F.interpolate(h, scale_factor=2); gu = torch.randn_like(u)
    print(f"  upsample {2*c} CL fwd {ms(lambda: F.interpolate(h, scale_factor=2)):.3f} bwd {ms(lambda: torch.autograd.grad(u, h, gu, retain_graph=True)):.3f}; cat {ms(lambda: torch.cat([u, x], 1)):.3f}")
    del xr, out, g, o, go, h, u, gu, xc
s = t(B, 20, S, S, S).requires_grad_(); l = torch.randint(0, 20, (B, S, S, S), device=dev)
def loss():
    lp = torch.log_softmax(s.float(), 1); p = lp.exp(); tr = torch.zeros_like(p).scatter_(1, l[:, None], 1); q = (p * tr).sum((2, 3, 4)).mean() - lp.gather(1, l[:, None]).mean()
    return torch.autograd.grad(q, s)
print(f"loss as composed, 20 classes: {ms(loss):.3f} ms", flush=True)
p = torch.empty(B * S**3, dtype=torch.float32)
if dev == "cuda": q = p.pin_memory(); print(f"host to device {p.numel()*4/1e6:.0f} MB: pageable {ms(lambda: p.to(dev)):.3f} ms, pinned {ms(lambda: q.to(dev, non_blocking=True)):.3f} ms")
