"""NRRD and MetaImage files for `compare.py`, and SimpleITK as their other reader."""

import gzip
import pathlib
import zlib

import numpy as np
import SimpleITK

LPS = np.diag([-1.0, -1, 1, 1])


def read(path):
    return itk_image(SimpleITK.ReadImage(str(path)))


def itk_image(image):
    """Size, affine and values of an image, of which times are components."""
    rank = image.GetDimension()
    size = list(image.GetSize())
    axes = min(3, rank)
    affine = np.eye(4)
    direction = np.array(image.GetDirection()).reshape(rank, rank)
    affine[:axes, :axes] = (direction * np.array(image.GetSpacing()))[:axes, :axes]
    affine[:axes, 3] = image.GetOrigin()[:axes]
    values = SimpleITK.GetArrayFromImage(image).astype(float)
    components = image.GetNumberOfComponentsPerPixel()
    if components == 1:
        values = values[..., np.newaxis]
    # [..., z, y, x, c] to [c, ..., z, y, x]; times come before components.
    values = np.moveaxis(values, -1, 0)
    count = int(np.prod(size[3:], dtype=int)) * components
    size = (size + [1, 1])[: max(3, axes)] if rank < 3 else size[:3]
    return size, LPS @ affine, values.reshape(count, -1)


def rotation(rng):
    """Columns at right angles, along the axes of space more often than not."""
    if rng.random() < 0.5:
        matrix = np.eye(3)[:, rng.sample(range(3), 3)]
        return matrix * [rng.choice([-1, 1]) for _ in range(3)]
    q = np.array([rng.gauss(0, 1) for _ in range(9)]).reshape(3, 3)
    return np.linalg.qr(q)[0]


def numbers(values):
    return " ".join(f"{value:.9g}" for value in values)


ODD = [0, -1, 1, float("nan"), float("inf"), 1e30, 1e-30, 2.5, 100]


class Nrrd:
    NAME = "NRRD"
    SPACES = [
        "right-anterior-superior", "RAS", "left-anterior-superior", "LAS", "left-posterior-superior", "LPS",
        "scanner-xyz", "3D-right-handed", "3D-left-handed", "left anterior superior", "leftanteriorsuperior", "LPI",
        "right-anterior-superior-time", "LAST", "LPST", "scanner-xyz-time",
    ]
    EXPLAINED = {
        "ITK takes the coordinates of RAST and LAST for those of LPS": lambda changes, *_: changes.get("space", "")
        .lower() in ("right-anterior-superior-time", "last"),
        "ITK leaves an axis of time where it is stored": lambda changes, ours, theirs, difference: "(0,0,0,2)"
        in changes.get("space directions", ""),
        "ITK passes over axis maxs": lambda changes, *_: "axis maxs" in changes and "spacings" not in changes,
        "ITK passes over space units": lambda changes, *_: "space units" in changes,
    }
    read = staticmethod(read)

    @staticmethod
    def make(rng, stem):
        fields = {}
        rank = rng.choice([3, 3, 3, 3, 4, 4, 2])
        size = [rng.randint(1, 4) for _ in range(min(rank, 3))]
        extra = rng.choice(["list", "vector", "time", "domain", "???", "3-vector", "scalar", "RGB-color", "none"])
        place = rng.choice([0, 0, 3, 3, 1]) if rank == 4 else None
        matrix = rotation(rng) * [rng.choice([0.5, 1, 2, 0.7]) for _ in range(3)]
        if rng.random() < 0.1:
            matrix[0, 1] += 0.3
        space = rng.choice(Nrrd.SPACES)
        space = rng.choice([space, space.upper(), space.lower(), space.title()])
        has_space = rng.random() < 0.75
        dimension = 2 if rank == 2 and rng.random() < 0.7 else 3
        if has_space:
            if dimension == 3 and rng.random() < 0.85:
                fields["space"] = space
                dimension = 4 if space.lower().endswith("time") or space.lower() in ("last", "lpst") else 3
            else:
                fields["space dimension"] = str(dimension)
            vectors = []
            for axis in range(len(size)):
                vector = list(matrix[:, axis][:dimension]) + [0] * max(0, dimension - 3)
                vectors.append("(" + ",".join(f"{value:.9g}" for value in vector) + ")")
            if place is not None:
                vectors.insert(place, "(0,0,0,2)" if dimension == 4 and rng.random() < 0.5 else "none")
            fields["space directions"] = " ".join(vectors)
            origin = [rng.choice([0, 1, -20, 33.5]) for _ in range(dimension)]
            if rng.random() < 0.8:
                fields["space origin"] = "(" + ",".join(str(value) for value in origin) + ")"
        else:
            everything = [rng.choice([0.5, 1, 2]) for _ in range(rank)]
            if rng.random() < 0.7:
                fields["spacings"] = numbers(everything)
            if rng.random() < 0.4:
                fields["axis mins"] = numbers([rng.choice([0, -5, 7.5]) for _ in range(rank)])
                if rng.random() < 0.3:
                    fields["axis maxs"] = numbers([rng.choice([8, 9, 10.5]) for _ in range(rank)])
            if rng.random() < 0.4:
                fields["centerings"] = " ".join(rng.choice(["cell", "node", "none", "???"]) for _ in range(rank))
            if rng.random() < 0.2:
                fields["thicknesses"] = numbers([2] * rank)
            if rng.random() < 0.2:
                fields["units"] = " ".join(f'"{rng.choice(["mm", "cm", "pixel", ""])}"' for _ in range(rank))
        shape = list(size)
        if place is not None:
            length = {"3-vector": 3, "RGB-color": 3, "scalar": 1}.get(extra, rng.randint(1, 3))
            shape.insert(place, length)
            kinds = ["domain"] * 3
            kinds.insert(place, extra)
            fields["kinds"] = " ".join(kinds)
        elif rng.random() < 0.5:
            fields["kinds"] = " ".join([rng.choice(["domain", "space"])] * rank)
        if rng.random() < 0.08 and has_space:
            fields["space units"] = " ".join([f'"{rng.choice(["mm", "cm", "m", "um", "furlong"])}"'] * dimension)
        if rng.random() < 0.1 and has_space:
            fields["measurement frame"] = "(0,1,0) (1,0,0) (0,0,1)"
        Nrrd.spoil(rng, fields, rank)
        changes = dict(fields)
        kind = rng.choice([("short", "<i2", "little"), ("short", ">i2", "big"), ("uchar", "u1", None),
                           ("float", "<f4", "little"), ("unsigned int", "<u4", "little"), ("double", ">f8", "big")])
        data = np.arange(int(np.prod(shape)), dtype=kind[1]).tobytes()
        encoding = rng.choice(["raw", "raw", "gzip"])
        lines = ["NRRD0005", f"type: {kind[0]}", f"dimension: {rank}"]
        lines += [f"{name}: {fields.pop(name)}" for name in ("space", "space dimension") if name in fields]
        lines += [f"sizes: {' '.join(map(str, shape))}"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        lines += [f"endian: {kind[2]}"] if kind[2] else []
        lines += [f"encoding: {encoding}", "", ""]
        path = pathlib.Path(f"{stem}.nrrd")
        path.write_bytes("\n".join(lines).encode() + (gzip.compress(data) if encoding == "gzip" else data))
        return path, changes

    @staticmethod
    def spoil(rng, fields, rank):
        """Changes a field, of every third file."""
        if rng.random() > 0.33 or not fields:
            return
        name = rng.choice(sorted(fields))
        match rng.choice(["remove", "number", "other", "drop"]):
            case "remove":
                del fields[name]
            case "number":
                for separator in (",", " "):
                    parts = fields[name].split(separator)
                    if len(parts) > 1:
                        index = rng.randrange(len(parts))
                        old = parts[index]
                        kept = ["(" * old.startswith("("), ")" * old.endswith(")")]
                        parts[index] = f"{kept[0]}{rng.choice(ODD)}{kept[1]}"
                        fields[name] = separator.join(parts)
                        break
            case "other":
                fields[rng.choice(["spacings", "units", "axis mins"])] = rng.choice(
                    [numbers([1.5] * rank), '"cm" ' * rank])
            case "drop":
                fields[name] = " ".join(fields[name].split()[:-1]) or "???"


class MetaImage:
    NAME = "MetaImage"
    EXPLAINED = {
        "ITK passes over DistanceUnits": lambda changes, *_: "DistanceUnits" in changes,
    }
    read = staticmethod(read)

    @staticmethod
    def make(rng, stem):
        rank = rng.choice([3, 3, 3, 3, 2, 4])
        size = [rng.randint(1, 4) for _ in range(rank)]
        matrix = np.eye(rank)
        axes = min(3, rank)
        matrix[:axes, :axes] = rotation(rng)[:axes, :axes] if rank > 2 else np.diag(
            [rng.choice([-1, 1]) for _ in range(2)])
        fields = {}
        if rng.random() < 0.9:
            fields[rng.choice(["TransformMatrix"] * 3 + ["Rotation", "Orientation"])] = numbers(matrix.ravel())
        if rng.random() < 0.9:
            fields[rng.choice(["Offset"] * 3 + ["Position", "Origin"])] = numbers(
                [rng.choice([0, 1, -20, 33.5]) for _ in range(rank)])
        if rng.random() < 0.9:
            fields[rng.choice(["ElementSpacing"] * 3 + ["ElementSize"])] = numbers(
                [rng.choice([0.5, 1, 2, 0.7]) for _ in range(rank)])
        if rng.random() < 0.2:
            fields["ElementSize"] = numbers([3] * rank)
        if rng.random() < 0.3:
            fields["CenterOfRotation"] = numbers([rng.choice([0, 0, 0, 5])] * rank)
        if rng.random() < 0.3:
            fields["AnatomicalOrientation"] = rng.choice(["RAI", "LPS", "LPI", "ASR", "???", "RAX"])
        if rng.random() < 0.1:
            fields["DistanceUnits"] = rng.choice(["mm", "cm", "um", "?"])
        MetaImage.spoil(rng, fields)
        changes = dict(fields)
        components = rng.choice([1, 1, 1, 2, 3])
        kind = rng.choice([("MET_SHORT", "i2"), ("MET_UCHAR", "u1"), ("MET_FLOAT", "f4"), ("MET_DOUBLE", "f8"),
                           ("MET_UINT", "u4"), ("MET_CHAR", "i1")])
        order = rng.choice([("False", "<"), ("True", ">")])
        count = int(np.prod(size)) * components
        data = (np.arange(count) % 100).astype(order[1] + kind[1]).tobytes()
        compressed = rng.random() < 0.3
        lines = ["ObjectType = Image", f"NDims = {rank}", "BinaryData = True",
                 f"{rng.choice(['BinaryDataByteOrderMSB', 'ElementByteOrderMSB'])} = {order[0]}",
                 f"CompressedData = {compressed}"]
        packed = zlib.compress(data) if compressed else data
        # ITK reads noise where it is not told.
        lines += [f"CompressedDataSize = {len(packed)}"] if compressed else []
        lines += [f"{name} = {value}" for name, value in fields.items()]
        lines += [f"DimSize = {' '.join(map(str, size))}"]
        lines += [f"ElementNumberOfChannels = {components}"] if components > 1 else []
        lines += [f"ElementType = {kind[0]}", "ElementDataFile = LOCAL", ""]
        path = pathlib.Path(f"{stem}.mha")
        path.write_bytes("\n".join(lines).encode() + packed)
        return path, changes

    @staticmethod
    def spoil(rng, fields):
        if rng.random() > 0.33 or not fields:
            return
        name = rng.choice(sorted(fields))
        match rng.choice(["remove", "number", "alias", "drop"]):
            case "remove":
                del fields[name]
            case "number":
                parts = fields[name].split()
                parts[rng.randrange(len(parts))] = str(rng.choice(ODD))
                fields[name] = " ".join(parts)
            case "alias":
                aliases = [["TransformMatrix", "Rotation", "Orientation"], ["Offset", "Position", "Origin"]]
                for names in aliases:
                    present = [other for other in names if other in fields]
                    if present:
                        other = rng.choice(names)
                        fields[other] = rng.choice([fields[present[0]], numbers([
                            float(value) + 0 for value in fields[present[0]].split()][::-1])])
            case "drop":
                fields[name] = " ".join(fields[name].split()[:-1]) or "?"
