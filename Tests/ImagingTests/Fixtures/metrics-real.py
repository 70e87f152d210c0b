"""Writes metrics-real.json: MONAI's metrics of real label maps against themselves rolled by some voxels.

pip install torch==2.11.0 monai==1.6.1 nibabel; SEGNAS3D_DATA=... python metrics-real.py
"""
import json
import os

import nibabel
import numpy as np

import metrics as generated

HIPPOCAMPI, BRAINS = "Task04_Hippocampus/labelsTr/", "Dataset019_Brains/labelsTr/"
folder = os.environ["SEGNAS3D_DATA"]
files = [HIPPOCAMPI + name for name in sorted(os.listdir(os.path.join(folder, HIPPOCAMPI)))[:8]]
files += [BRAINS + sorted(os.listdir(os.path.join(folder, BRAINS)))[0]]

cases = []
for index, file in enumerate(files):
    image = nibabel.load(os.path.join(folder, file))
    reference = np.asarray(image.dataobj).astype(np.int64)
    shift = [(1, 0, 0), (0, -2, 1), (3, 1, -2)][index % 3]
    generated.CLASSES = int(reference.max()) + 1
    spacing = [float(s) for s in image.header.get_zooms()[:3]]
    cases.append({"file": file, "shift": shift,
                  **generated.metrics(reference, np.roll(reference, shift, (0, 1, 2)), spacing, 1.0)})

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "metrics-real.json"), "w") as file:
    json.dump({"cases": cases}, file, separators=(",", ":"))
