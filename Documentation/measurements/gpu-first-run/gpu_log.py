"""gpu_log.py RUN STEPS: a line for each epoch of a run: loss, Dice, seconds of a step without waiting, waiting, validation."""
import json, sys
steps = int(sys.argv[2]) if len(sys.argv) > 2 else 1
rows = [json.loads(l) for l in open(sys.argv[1] + "/log.jsonl")]
for r in rows if len(rows) <= 10 else rows[:3] + rows[-6:]:
    v = r.get("validation") or {}
    print(f"{sys.argv[1]} epoch {r['epoch']}: loss {r['loss']:.7f} dice {v.get('mean') or 0:.4f} step {(r['seconds']-r['waitSeconds'])/steps*1e3:.1f} ms"
          f" wait {r['waitSeconds']/steps*1e3:.1f} ms/step validation {r['validationSeconds']:.3f} s of {v.get('cases') or 0}")
