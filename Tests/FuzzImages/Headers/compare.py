"""Compares what segnas3d and others read of images whose headers are unusual or spoilt.

    python compare.py DESCRIBER [--count 20000] [--seed 1] [--work FOLDER]

DESCRIBER is the program FuzzImages as it was built; needs numpy, nibabel, SimpleITK and pydicom. File i depends on the
seed and i alone. Files of which both read something different, without a remark of segnas3d's and without one of the
reasons in `EXPLAINED`, are kept in the folder and end the comparison with exit code 1.
"""

import argparse
import collections
import json
import logging
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import warnings

import numpy as np

import dicom
import mgh
import nifti
import text

# Each makes a file from random numbers, and reads it with another library.
MAKERS = [nifti, text.Nrrd, text.MetaImage, mgh, dicom]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("describer")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "segnas3d-headers")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    # The libraries print what they think of such files.
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 2)
    shutil.rmtree(options.work, ignore_errors=True)
    options.work.mkdir(parents=True)

    tally = collections.Counter()
    silently = []
    for start in range(options.first, options.first + options.count, 500):
        numbers = range(start, min(start + 500, options.first + options.count))
        compare(numbers, options, tally, silently)
    report(tally, silently)
    sys.exit(1 if silently else 0)


def compare(numbers, options, tally, silently):
    """Makes and reads some files, and removes those that need not be looked at."""
    files = []
    for number in numbers:
        maker = MAKERS[number % len(MAKERS)]
        rng = random.Random(f"{options.seed} {number}")
        path, changes = maker.make(rng, options.work / str(number))
        files.append((maker, path, changes))
    text = "".join(f"{path}\n" for _, path, _ in files)
    output = subprocess.run([options.describer, "describe"], input=text, capture_output=True, text=True, check=True)
    for (maker, path, changes), line in zip(files, output.stdout.splitlines(), strict=True):
        ours = json.loads(line)
        try:
            theirs = maker.read(path)
        except Exception as error:  # whatever a library thinks of a file
            theirs = str(error)
        verdict, detail = judge(maker, changes, ours, theirs)
        tally[maker.NAME, verdict, detail] += 1
        if verdict == "silently different":
            silently.append((path, changes, detail, ours, theirs))
        elif path.is_dir():
            shutil.rmtree(path)
        else:
            for file in path.parent.glob(path.name.split(".")[0] + ".*"):
                file.unlink()


def judge(maker, changes, ours, theirs):
    """The class of a file, and a reason for it."""
    if "fault" in ours:
        kind = " ".join(ours["fault"].split("“")[0].split()[:6])
        return ("both refuse", "") if isinstance(theirs, str) else ("only the other reads", kind)
    if isinstance(theirs, str):
        return "only segnas3d reads", ""
    difference = different(ours, *theirs)
    if not difference:
        return "same", ""
    for name, is_so in maker.EXPLAINED.items():
        if is_so(changes, ours, theirs, difference):
            return "explained", name
    if ours["remarks"]:
        return "different with a remark", difference
    return "silently different", difference


def different(ours, size, affine, values):
    """What differs, or nothing: size [x, y, z], affine towards right, anterior and superior, values [c, z, y, x]."""
    shape = ours["shape"] + [1] * (3 - len(ours["shape"]))
    if shape[:3] != list(size) or np.prod(shape[3:], dtype=int) != len(values):
        return "size"
    corners = np.array([[i, j, k, 1] for i in (0, size[0] - 1) for j in (0, size[1] - 1) for k in (0, size[2] - 1)])
    # Axes of one voxel need a step too.
    corners = np.vstack([corners, [[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1]]])
    ours_affine = np.array(ours["affine"], float)
    step = np.linalg.norm(affine[:3, :3], axis=0).min()
    tolerance = 1e-3 * step + 1e-6 * np.abs(affine).max()
    distances = np.abs((corners @ ours_affine.T - corners @ affine.T)[:, :3])
    if not distances.max() <= tolerance:
        return "place"
    own = np.array([float(value) for value in ours["values"]])
    if not np.allclose(own, values.ravel(), rtol=1e-5, atol=1e-5, equal_nan=True):
        return "values"
    return ""


def report(tally, silently):
    print(f"{sum(tally.values())} files")
    for (name, verdict, detail), count in sorted(tally.items()):
        print(f"  {name:10} {verdict:24} {count:6}  {detail}")
    for path, changes, difference, ours, theirs in silently[:40]:
        print(f"\n{path}: {difference}\n  {changes}\n  segnas3d {ours['shape']} {ours['affine']}")
        print(f"  the other {theirs[0]} {theirs[1].tolist()}")
        if difference == "values":
            print(f"  {ours['values'][:8]}\n  {theirs[2].ravel()[:8]}")
    print(f"\n{len(silently)} are silently different and not explained")


if __name__ == "__main__":
    main()
