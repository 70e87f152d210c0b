"""NIfTI files for `compare.py`, and nibabel as their other reader."""

import pathlib

import nibabel
import numpy as np

from text import ODD, rotation

NAME = "NIfTI"


def has_unit(changes):
    return changes["xyzt_units"] & 7 in (1, 3)


EXPLAINED = {
    "nibabel leaves metres and micrometres": lambda changes, *_: has_unit(changes),
}


def read(path):
    image = nibabel.load(path)
    values = np.asanyarray(image.dataobj).astype(float)
    size = list(values.shape[:3]) + [1] * (3 - values.ndim)
    count = int(np.prod(values.shape[3:], dtype=int))
    return size, image.affine, values.ravel(order="F").reshape(count, -1)


def make(rng, stem):
    is2 = rng.random() < 0.3
    header = (nibabel.Nifti2Header if is2 else nibabel.Nifti1Header)(endianness=rng.choice("<>"))
    rank = rng.choice([3, 3, 3, 4, 4, 2, 5, 1])
    size = [rng.randint(1, 4) for _ in range(min(rank, 3))] + [rng.choice([1, 2]) for _ in range(rank - 3)]
    code, kind = rng.choice([(2, "u1"), (4, "i2"), (8, "i4"), (16, "f4"), (64, "f8"), (512, "u2"), (256, "i1")])
    spacing = [rng.choice([0.5, 1, 2, 0.7]) for _ in range(3)]
    matrix = rotation(rng)
    shift = [rng.choice([0, 1, -20, 33.5]) for _ in range(3)]
    header["dim"] = [rank] + size + [1] * (7 - rank)
    header["datatype"] = code
    header["bitpix"] = 8 * np.dtype(kind).itemsize
    header["pixdim"] = [rng.choice([1, -1])] + spacing + [1] * 4
    if rng.random() < 0.7:
        affine = np.eye(4)
        affine[:3, :3] = matrix * spacing
        affine[:3, 3] = shift
        header.set_qform(affine, code=rng.choice([0, 1, 1, 2, 4]), strip_shears=True)
    if rng.random() < 0.7:
        header["sform_code"] = rng.choice([0, 1, 1, 2, 4])
        other = rotation(rng) if rng.random() < 0.2 else matrix
        header["srow_x"], header["srow_y"], header["srow_z"] = np.hstack(
            [other * spacing, np.array(shift)[:, np.newaxis]])
    header["xyzt_units"] = rng.choice([0, 2, 2, 2, 10, 1, 3])
    if rng.random() < 0.3:
        header["scl_slope"] = rng.choice([0, 1, 2, 0.5, -1] + ODD)
        header["scl_inter"] = rng.choice([0, 1, -1024] + ODD)
    if rng.random() < 0.4:
        spoil(rng, header)
    offset = 544 if is2 else 352
    if rng.random() < 0.9:
        header["vox_offset"] = offset
    changes = {name: header[name].tolist() for name in (
        "dim", "pixdim", "qform_code", "sform_code", "xyzt_units", "scl_slope", "scl_inter", "vox_offset", "srow_x",
        "quatern_b", "quatern_c", "quatern_d")}
    values = np.arange(int(np.prod(size)), dtype=np.dtype(kind).newbyteorder(header.endianness))
    path = pathlib.Path(f"{stem}.nii")
    path.write_bytes(header.binaryblock + bytes(4) + values.tobytes())
    return path, changes


def spoil(rng, header):
    """Sets a field of the geometry to a number that it should not have."""
    name = rng.choice(["dim", "pixdim", "qform_code", "sform_code", "quatern_b", "quatern_c", "qoffset_x", "srow_x",
                       "srow_y", "srow_z", "vox_offset", "bitpix", "intent_code", "xyzt_units", "slice_start"])
    field = header[name]
    limits = np.iinfo(field.dtype) if field.dtype.kind in "iu" else None
    value = rng.choice([0, 1, 2, 3, 4, 5, 6, 7, -1, 352, 100]) if limits else rng.choice(ODD)
    if limits:
        value = max(limits.min, min(limits.max, value))
    if field.shape:
        array = field.copy()
        array[rng.randrange(len(array))] = value
        header[name] = array
    else:
        header[name] = value
