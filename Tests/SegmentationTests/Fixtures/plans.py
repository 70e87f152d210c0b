"""Writes plans.json: what the planner of nnunetv2 2.8.1 plans for datasets with given sizes and spacings.

Vectors in the file are along x, y and z; nnU-Net's are along z, y and x, then turned so that the longest voxels come
first. Two datasets are real, and their sizes after cropping those that nnU-Net finds: $SEGNAS3D_DATA names their folder.

    python3 -m venv /tmp/plans && /tmp/plans/bin/pip install nnunetv2==2.8.1 && /tmp/plans/bin/python plans.py
"""
import glob
import json
import os
import pathlib
import random
import tempfile

root = pathlib.Path(tempfile.mkdtemp())
for name in ("raw", "preprocessed", "results"):
    os.environ[f"nnUNet_{name}"] = str(root / name)

import torch
from nnunetv2.experiment_planning.experiment_planners.default_experiment_planner import ExperimentPlanner
from nnunetv2.imageio.simpleitk_reader_writer import SimpleITKIO
from nnunetv2.preprocessing.cropping.cropping import crop_to_nonzero


class Planner(ExperimentPlanner):
    def determine_reader_writer(self):
        return SimpleITKIO


def planned(spacings, sizes, channels, classes, gigabytes):
    for folder in ("raw", "preprocessed"):
        (root / folder / "Dataset001_X" / "imagesTr").mkdir(parents=True, exist_ok=True)
    description = {
        "channel_names": {str(i): "MRI" for i in range(channels)},
        "labels": {("background" if i == 0 else f"label{i}"): i for i in range(classes)},
        "numTraining": len(sizes), "file_ending": ".nii.gz"}
    fingerprint = {
        "spacings": [s[::-1] for s in spacings], "shapes_after_crop": [s[::-1] for s in sizes],
        "median_relative_size_after_cropping": 1.0, "foreground_intensity_properties_per_channel": {}}
    (root / "raw/Dataset001_X/dataset.json").write_text(json.dumps(description))
    (root / "preprocessed/Dataset001_X/dataset_fingerprint.json").write_text(json.dumps(fingerprint))
    (root / "preprocessed/Dataset001_X/nnUNetPlans.json").unlink(missing_ok=True)
    with torch.device("meta"):
        plans = Planner(1, gigabytes).plan_experiment()
    turn = plans["transpose_backward"]

    def xyz(vector):
        return [vector[i] for i in turn][::-1]

    def resolution(plan):
        network = plan["architecture"]["arch_kwargs"]
        return {
            "spacing": [float(v) for v in xyz(plan["spacing"])],
            "medianSize": [float(v) for v in xyz(plan["median_image_size_in_voxels"])],
            "patch": [int(v) for v in xyz(plan["patch_size"])],
            "strides": [[int(v) for v in xyz(s)] for s in network["strides"][1:]],
            "kernels": [[int(v) for v in xyz(k)] for k in network["kernel_sizes"]],
            "batchSize": int(plan["batch_size"])}

    configurations = plans["configurations"]
    low = configurations.get("3d_lowres")
    return {"full": resolution(configurations["3d_fullres"]), "low": low and resolution(low)}


def real(pattern):
    spacings, sizes = [], []
    for file in sorted(glob.glob(os.path.join(os.environ["SEGNAS3D_DATA"], pattern))):
        image, properties = SimpleITKIO().read_images([file])
        spacings.append([float(v) for v in properties["spacing"]][::-1])
        sizes.append([int(v) for v in crop_to_nonzero(image)[0].shape[1:]][::-1])
    return spacings, sizes


def alike(size, spacing, count):
    return [spacing] * count, [size] * count


def varied(generator):
    """Cases that differ in size and spacing, isotropic or not, with voxels that are longest along any axis."""
    base = [generator.uniform(0.4, 1.5) for _ in range(3)]
    long = generator.randrange(3)
    base[long] *= generator.choice([1, 1.5, 2, 3.5, 6])
    size = [generator.randrange(20, 500) for _ in range(3)]
    if generator.random() < 0.6:
        size[long] = generator.randrange(3, 60)
    spread = generator.choice([0, 0.05, 0.3])
    count = generator.randrange(2, 60)
    spacings = [[round(s * (1 + spread * generator.uniform(-1, 1)), 4) for s in base] for _ in range(count)]
    sizes = [[max(2, round(s * (1 + spread * generator.uniform(-1, 1)))) for s in size] for _ in range(count)]
    return spacings, sizes


datasets = {
    "hippocampus": (*real("Task04_Hippocampus/imagesTr/hippo*.nii.gz"), 1, 3, 8),
    "brains": (*real("Dataset019_Brains/imagesTr/*.nii.gz"), 1, 20, 8),
    "prostate": (*alike([320, 320, 20], [0.6, 0.6, 3.6], 32), 2, 3, 8),
    "prostate, sagittal": (*alike([20, 320, 320], [3.6, 0.6, 0.6], 32), 2, 3, 8),
    "prostate, coronal": (*alike([320, 20, 320], [0.6, 3.6, 0.6], 32), 2, 3, 8),
    "CT of 2 mm": (*alike([512, 512, 300], [0.8, 0.8, 2.0], 100), 1, 6, 8),
    "CT of 5 mm": (*alike([512, 512, 80], [1.0, 1.0, 5.0], 100), 1, 6, 8),
    "CT of the whole body": (*alike([512, 512, 600], [0.8, 0.8, 1.5], 100), 1, 105, 8),
    "two slices": (*alike([200, 180, 2], [1.0, 1.0, 8.0], 20), 1, 2, 8),
    "tiny": (*alike([6, 5, 4], [1.0, 1.0, 2.0], 3), 1, 3, 8),
    "BraTS": (*alike([240, 240, 155], [1.0, 1.0, 1.0], 484), 4, 4, 8),
    "BraTS, cropped": (*alike([136, 169, 138], [1.0, 1.0, 1.0], 484), 4, 4, 8),
    "heart": (*alike([320, 320, 130], [1.25, 1.25, 1.37], 20), 1, 2, 8),
    "ACDC": ([[1.56, 1.56, z] for z in [5, 6, 7, 10, 10, 10, 10, 10, 10, 10]], [[237, 208, 9]] * 10, 1, 4, 8),
    "fine slices among coarse": ([[1.0, 1.0, z] for z in [0.5] * 3 + [5] * 7], [[300, 300, 40]] * 10, 1, 2, 8),
    "a median of half voxels": ([[1.0] * 3] * 2, [[35, 50, 36], [36, 51, 37]], 1, 3, 8),
    "24 GB": (*alike([240, 240, 155], [1.0, 1.0, 1.0], 484), 4, 4, 24),
    "1 GB": (*alike([512, 512, 300], [0.8, 0.8, 2.0], 100), 1, 6, 1),
}
generator = random.Random(17)
for number in range(40):
    datasets[f"drawn {number + 1}"] = (*varied(generator), 1, generator.randrange(2, 30), 8)

result = []
for name, (spacings, sizes, channels, classes, gigabytes) in datasets.items():
    plans = planned(spacings, sizes, channels, classes, gigabytes)
    result.append({
        "name": name, "spacings": spacings, "sizes": sizes, "channels": channels, "classes": classes,
        "gigabytes": gigabytes, **plans})
text = "[\n" + ",\n".join(json.dumps(entry) for entry in result) + "\n]\n"
pathlib.Path(__file__).with_suffix(".json").write_text(text)
