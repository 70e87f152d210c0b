"""The probabilities of `segnas3d predict` beside those of MONAI's sliding_window_inference, with the same network.

Usage: monai_equal.py SEGNAS3D MODEL FOLDER. MODEL is one that was trained on patches; FOLDER is new. The image, smooth noise
whose tiles lie at the same places in both, is written there, the model is exported as a MONAI bundle, and both predict in
float32. Needs torch, monai and nibabel (measured with MONAI 1.6.1).
"""
import json
import subprocess
import sys
from pathlib import Path

import nibabel
import numpy as np
import torch
from monai.inferers import sliding_window_inference
from monai.transforms import LoadImage

program, model, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
folder.mkdir()
subprocess.run([program, "export", model, "--format", "bundle", "--output", folder / "bundle"], check=True)
sys.path.insert(0, str(folder / "bundle"))
from scripts import preparation  # noqa: E402

patch = preparation.SIZE  # along x, y and z
size = patch + 3 * patch // 2
spacing = np.asarray(preparation.OPTIONS["spacing"]["fixed"]["mm"], float)
noise = torch.from_numpy(np.random.default_rng(0).normal(size=(1, 1, *(size // 4 + 1))).astype(np.float32))
smooth = torch.nn.functional.interpolate(noise, size=size.tolist(), mode="trilinear")[0, 0].numpy()
affine = np.diag([*spacing, 1])
(folder / "images").mkdir()
nibabel.save(nibabel.Nifti1Image(1000 + 200 * smooth, affine), folder / "images" / "noise.nii.gz")

subprocess.run([program, "predict", model, folder / "images", "--output", folder / "labels", "--probabilities",
                "--precision", "float32", "--no-postprocessing", "--quiet"], check=True)
ours = np.asanyarray(nibabel.load(folder / "labels" / "probabilities" / "noise.nii.gz").dataobj).squeeze()

image = LoadImage(ensure_channel_first=True, dtype=np.float64)(folder / "images" / "noise.nii.gz")
prepared = preparation.Prepared(keys="image")({"image": image})["image"].as_tensor()[None]
network = torch.jit.load(str(folder / "bundle" / "models" / "model.ts")).eval()
roi = patch[::-1].tolist()
lines = [torch.exp(-((torch.arange(n) - n // 2) / (n / 8)) ** 2 / 2) for n in roi]
centred = lines[0][:, None, None] * lines[1][:, None] * lines[2]


def largest_difference(weights):
    with torch.no_grad():
        theirs = sliding_window_inference(prepared, roi, 1, network, overlap=0.5, mode="gaussian", sigma_scale=0.125,
                                          roi_weight_map=weights)[0].numpy()
    theirs = np.moveaxis(theirs, 0, -1).transpose(2, 1, 0, 3)
    assert theirs.shape == ours.shape, (theirs.shape, ours.shape)
    return float(np.abs(theirs - ours).max())


print(json.dumps({
    "size": size.tolist(), "patch": patch.tolist(), "classes": ours.shape[-1],
    "largest probability": float(ours[..., 1:].max()),
    "largest difference, with the weights of nnU-Net": largest_difference(centred),
    "largest difference, with MONAI's weights": largest_difference(None)}))
