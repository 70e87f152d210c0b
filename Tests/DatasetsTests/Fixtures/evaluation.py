"""Writes evaluation.json: statistics over real label maps judged with MONAI's metrics, two labels and one to ignore.

Case i is the i-th hippocampus as both maps, changed as `pair` says.
pip install torch==2.11.0 monai==1.6.1 nibabel; SEGNAS3D_DATA=... python evaluation.py
"""
import json
import os
import sys

import nibabel
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "../../ImagingTests/Fixtures"))
import metrics as monai  # noqa: E402

NAMES = {"dice": "Dice", "iou": "IoU", "sensitivity": "Sensitivity", "precision": "Precision", "hausdorff": "HD",
         "hausdorff95": "HD95", "average": "ASSD", "surfaceDice": "NSD"}
DEFINED = {  # where only one map has the label
    "referenceOnly": {"Dice", "IoU", "NSD", "Sensitivity", "RelativeVolumeDifference", "VolumeDifference"},
    "predictionOnly": {"Dice", "IoU", "NSD", "Precision", "VolumeDifference"}, "neither": set()}
IGNORE = 3


def pair(labels, i):
    shift = [(1, 0, 0), (0, -2, 1), (3, 1, -2), (0, 0, 0)][i % 4]
    reference, prediction = labels.copy(), np.roll(labels, shift, (0, 1, 2))
    if i % 3 == 2:  # missed
        prediction[prediction == 2] = 0
    if i == 5:  # made up
        reference[reference == 1] = 0
    if i in (7, 8):  # in none
        reference[reference == 2] = 0
        prediction[prediction == 2] = 0
    if i % 2 == 1:
        reference[:, :, :8] = IGNORE
    return reference, prediction


def judge(reference, prediction, spacing):
    ignored = reference == IGNORE
    r, p = np.where(ignored, 0, reference), np.where(ignored, 0, prediction)
    monai.CLASSES = 3
    values = monai.metrics(r, p, spacing, 1.0)
    result = []
    for label in (1, 2):
        a, b = r == label, p == label
        n_ref, n_pred, shared = int(a.sum()), int(b.sum()), int((a & b).sum())
        presence = {(1, 1): "both", (1, 0): "referenceOnly", (0, 1): "predictionOnly", (0, 0): "neither"}[
            n_ref > 0, n_pred > 0]
        score = {NAMES[k]: v[label - 1] for k, v in values.items()}
        score["VolumeDifference"] = (n_pred - n_ref) * float(np.prod(spacing))
        score["RelativeVolumeDifference"] = (n_pred - n_ref) / n_ref if n_ref else None
        if presence != "both":
            score = {k: (v or 0) if k in DEFINED[presence] else None for k, v in score.items()}
        score.update(TP=shared, FP=n_pred - shared, FN=n_ref - shared, n_pred=n_pred, n_ref=n_ref,
                     TN=int((~ignored & ~a & ~b).sum()))
        result.append(score)
    return result


def statistics(values):
    values = np.array([v for v in values if v is not None])
    draws = np.random.default_rng(0).integers(0, len(values), (200_000, len(values)))
    low, high = np.percentile(values[draws].mean(1), [2.5, 97.5])
    return {"count": len(values), "mean": values.mean(), "std": values.std(ddof=1), "median": np.median(values),
            "low": low, "high": high}


folder = os.path.join(os.environ["SEGNAS3D_DATA"], "Task04_Hippocampus/labelsTr")
files = sorted(os.listdir(folder))[:12]
cases = []
for i, file in enumerate(files):
    image = nibabel.load(os.path.join(folder, file))
    reference, prediction = pair(np.asarray(image.dataobj).astype(np.int64), i)
    cases.append(judge(reference, prediction, [float(s) for s in image.header.get_zooms()[:3]]))

names = list(NAMES.values()) + ["VolumeDifference", "RelativeVolumeDifference"]
counts = ["TP", "FP", "FN", "TN", "n_pred", "n_ref"]
foreground = {name: statistics([np.mean(v) if v else None for v in (
    [case[label][name] for label in (0, 1) if case[label][name] is not None] for case in cases)]) for name in names}
with open(os.path.join(here, "evaluation.json"), "w") as file:
    json.dump({
        "files": files,
        "counts": [{name: float(np.mean([case[label][name] for case in cases])) for name in counts} for label in (0, 1)],
        "labels": [{name: statistics([case[label][name] for case in cases]) for name in names} for label in (0, 1)],
        "foreground": foreground}, file, separators=(",", ":"))
