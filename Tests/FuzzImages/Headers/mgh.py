"""MGH files for `compare.py`, and nibabel as their other reader."""

import pathlib
import struct

import numpy as np

from nifti import read
from text import ODD, rotation

NAME = "MGH"
EXPLAINED = {
    "nibabel turns slices without directions otherwise than FreeSurfer": lambda changes, *_: changes["goodRASflag"] == 0,
}
__all__ = ["NAME", "EXPLAINED", "read", "make"]


def make(rng, stem):
    size = [rng.randint(1, 4) for _ in range(3)] + [rng.choice([1, 1, 2])]
    code, kind = rng.choice([(0, "u1"), (1, ">i4"), (3, ">f4"), (4, ">i2")])
    good = rng.choice([1, 1, 1, 1, 0, -1, 256, 2])
    geometry = [rng.choice([0.5, 1, 2, 0.7]) for _ in range(3)] + list(rotation(rng).T.ravel())
    geometry += [rng.choice([0, 1, -20, 33.5]) for _ in range(3)]
    changed = rng.randrange(15) if rng.random() < 0.33 else None
    if changed is not None:
        geometry[changed] = rng.choice(ODD)
    header = struct.pack(">7ih15f", 1, *size, code, 0, good, *geometry)
    values = np.arange(int(np.prod(size)), dtype=kind)
    path = pathlib.Path(f"{stem}.mgh")
    path.write_bytes(header.ljust(284, b"\0") + values.tobytes())
    return path, {"goodRASflag": good, "geometry": geometry, "changed": changed}
