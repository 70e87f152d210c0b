"""Writes itk.json: what SimpleITK 2.5.7 (ITK 5.4) reads of the NRRD and MetaImage files of io-conformance.

python itk.py .../data/io-conformance > itk.json
"""

import json
import pathlib
import sys

import numpy
import SimpleITK

root = pathlib.Path(sys.argv[1])
expected = {}
for path in sorted(root.rglob("*")):
    if path.suffix not in (".nrrd", ".nhdr", ".mha", ".mhd"):
        continue
    try:
        image = SimpleITK.ReadImage(str(path))
    except RuntimeError:
        expected[str(path.relative_to(root))] = None
        continue
    samples = SimpleITK.GetArrayFromImage(image)
    expected[str(path.relative_to(root))] = {
        "shape": image.GetSize(),
        "type": samples.dtype.name,
        "spacing": image.GetSpacing(),
        "origin": image.GetOrigin(),
        "direction": image.GetDirection(),
        "minimum": float(samples.min()),
        "maximum": float(samples.max()),
        "sum": float(samples.sum(dtype=numpy.float64)),
    }
# One line for each file.
lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in expected.items()]
print("{\n" + ",\n".join(lines) + "\n}")
