"""Writes safetensors.json: the bytes that Python's safetensors 0.6 writes for some tensors, in base64.

With the path of a file that segnas3d wrote for the same tensors, checks instead that Python reads them from it, and
keeps its bytes too:

    python safetensors.py FILE
"""
import base64
import json
import pathlib
import sys

sys.path.pop(0)  # this folder, whose script has the library's name
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save

tensors = {
    "weight": torch.tensor([[0.5, -1.0, 2.0], [3.0, 0.0, -0.25]]),
    "double": torch.tensor([0.1, 1e300], dtype=torch.float64),
    "half": torch.tensor([1.0, -0.15625], dtype=torch.bfloat16),
    "count": torch.tensor(-7),
    "labels": torch.tensor([[[0, 255, 3]]], dtype=torch.uint8),
    "mask": torch.tensor([True, False]),
    "empty": torch.zeros(0, 4),
}
metadata = {"format": "pt", "note": 'quoted "text", ünïcödé'}

path = pathlib.Path(__file__).with_suffix(".json")
if len(sys.argv) > 1:
    loaded = load_file(sys.argv[1])
    assert loaded.keys() == tensors.keys(), loaded.keys()
    for name, tensor in tensors.items():
        assert loaded[name].dtype == tensor.dtype and torch.equal(loaded[name], tensor), name
    with safe_open(sys.argv[1], "pt") as file:
        assert file.metadata() == metadata, file.metadata()
    files = json.loads(path.read_text()) | {"segnas3d": pathlib.Path(sys.argv[1]).read_bytes()}
else:
    files = {"python": save(tensors, metadata)}
text = {k: v if isinstance(v, str) else base64.b64encode(v).decode() for k, v in files.items()}
path.write_text(json.dumps(text, indent=1) + "\n")
