"""Folders of DICOM files for `compare.py`, and SimpleITK as their other reader."""

import pathlib

import numpy as np
import pydicom
import SimpleITK
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from text import itk_image, rotation

NAME = "DICOM"
EXPLAINED = {
    "ITK inverts MONOCHROME1, whose stored values count": lambda changes, ours, theirs, difference: difference == "values"
    and changes["photometric"] == "MONOCHROME1",
    "ITK keeps the type of the first slice for slopes that need more": lambda changes, ours, theirs, difference: difference
    == "values" and changes["spoilt"] == "slope",
    "ITK takes the mean step, ours fits all slices": lambda changes, ours, theirs, difference: difference == "place"
    and changes["spoilt"] == "jitter"
    and is_step_alike(np.array(ours["affine"], float), theirs[1]),
}


def is_step_alike(ours, theirs):
    """Whether affines differ in the step between slices alone, by less than a hundredth of it."""
    apart = np.linalg.norm(ours - theirs, axis=0)
    return apart[2] < 0.01 * np.linalg.norm(theirs[:3, 2]) and max(apart[0], apart[1], apart[3]) < 1e-6


def read(path):
    reader = SimpleITK.ImageSeriesReader()
    names = reader.GetGDCMSeriesFileNames(str(path))
    reader.SetFileNames(names)
    return itk_image(reader.Execute())


def make(rng, stem):
    folder = pathlib.Path(stem)
    folder.mkdir()
    columns, rows, slices = rng.randint(2, 4), rng.randint(2, 4), rng.randint(2, 4)
    matrix = rotation(rng)
    matrix[:, 2] = np.cross(matrix[:, 0], matrix[:, 1])
    spacing = [rng.choice([0.5, 1, 2, 0.7]) for _ in range(3)]
    origin = np.array([rng.choice([0, 1, -20, 33.5]) for _ in range(3)])
    changes = {
        "slope": rng.choice([None, 1, 2, 0.5, -1]), "intercept": rng.choice([None, 0, -1024, 0.5]),
        "thickness": rng.choice([None, spacing[2], 9]), "between": rng.choice([None, None, spacing[2], 9]),
        "photometric": rng.choice(["MONOCHROME2"] * 4 + ["MONOCHROME1"]), "signed": rng.choice([0, 1]),
        "stored": rng.choice([16, 16, 12]),
        "spoilt": rng.choice([None, None, "jitter", "direction", "spacing", "order", "position", "slope", "gap"]),
    }
    series, study = generate_uid(), generate_uid()
    order = list(range(slices))
    if changes["spoilt"] == "order":
        rng.shuffle(order)
    for index in range(slices):
        place = origin + matrix[:, 2] * spacing[2] * index
        odd = changes["spoilt"] if index == slices - 1 else None
        data = dataset(folder / f"{order[index]}.dcm", changes, series, study)
        data.InstanceNumber = order[index] + 1
        if odd == "jitter":
            place = place + matrix[:, 2] * spacing[2] * rng.choice([1e-4, 1e-3, 0.01, 0.05, 0.2])
        if odd == "gap":
            place = place + matrix[:, 2] * spacing[2]
        if odd == "position":
            place = origin
        directions = list(matrix[:, 0]) + list(matrix[:, 1])
        if odd == "direction":
            error = rng.choice([1e-6, 1e-5, 1e-4, 0.1])
            directions = [value + error for value in directions]
        data.ImageOrientationPatient = [f"{value:.9f}"[:16] for value in directions]
        data.ImagePositionPatient = [f"{value:.9f}"[:16] for value in place]
        step = spacing[:2] if odd != "spacing" else [spacing[0] * rng.choice([1.0001, 1.1]), spacing[1]]
        data.PixelSpacing = [step[1], step[0]]
        if odd == "slope" and data.get("RescaleSlope") is not None:
            data.RescaleSlope = 3
        data.Rows, data.Columns = rows, columns
        values = (np.arange(rows * columns) + 100 * index).astype("<i2")
        data.PixelData = values.tobytes()
        data.save_as(folder / f"{order[index]}.dcm", enforce_file_format=True)
    return folder, changes


def dataset(path, changes, series, study):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(str(path), {}, file_meta=meta, preamble=bytes(128))
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    data.SeriesInstanceUID, data.StudyInstanceUID = series, study
    data.Modality, data.PatientID, data.SeriesNumber = "CT", "a", 1
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, changes["photometric"]
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, changes["stored"], changes["stored"] - 1
    data.PixelRepresentation = changes["signed"]
    if changes["slope"] is not None:
        data.RescaleSlope = changes["slope"]
    if changes["intercept"] is not None:
        data.RescaleIntercept = changes["intercept"]
    if changes["thickness"] is not None:
        data.SliceThickness = changes["thickness"]
    if changes["between"] is not None:
        data.SpacingBetweenSlices = changes["between"]
    return data
