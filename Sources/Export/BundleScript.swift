/// The Python file of a MONAI bundle that prepares images, and takes probabilities back, as this program does.
package enum BundleScript {
    /// `scripts/preparation.py`: it reads what to do from `models/model.json`.
    ///
    /// Grids, kernels and tiles are those of `PreparationOptions`, `AxisWeights`, `TileAxis` and `ScoreRestorer`.
    package static func text(program: String) -> String {
        """
        \"""What segnas3d does before and after its network, for MONAI; written by \(program).

        Images are resampled once, with kernels that blur as much as voxels grow, so that no chain of MONAI's own
        transforms gives the same. Arrays are [C, x, y, z] in MONAI and [C, z, y, x] for the network.
        \"""

        """ + preparation
    }

    private static let preparation = #"""
        import json
        import re
        from collections import defaultdict
        from pathlib import Path

        import nibabel
        import numpy as np
        import torch
        from monai.data import MetaTensor
        from monai.inferers import Inferer
        from monai.transforms import MapTransform

        MODEL = json.loads((Path(__file__).parents[1] / "models" / "model.json").read_text())
        OPTIONS = MODEL["preparation"]
        SIZE = np.array(OPTIONS["size"])
        REGIONS = MODEL.get("regions")
        BACKGROUND = MODEL["labels"][0]["value"]
        VALUES = [r["value"] for r in REGIONS] if REGIONS else [label["value"] for label in MODEL["labels"]]


        def cases(folder):
            """The images of a folder; of several channels, CASE_0000, CASE_0001 and so on."""
            count = len(MODEL["channels"])
            files = sorted(str(f) for f in Path(folder).iterdir() if f.name.endswith((".nii", ".nii.gz")))
            if count == 1:
                return [{"image": file} for file in files]
            channels = defaultdict(list)
            for file in files:
                channels[file.rsplit("_", 1)[0]].append(file)
            return [{"image": found} for found in channels.values() if len(found) == count]


        # An axis of a grid on another: voxels there and here, length of a voxel here, centre of the first one.
        def axis_on(source, count, scale):
            return source, count, scale, (source - count * scale) / 2 + (scale - 1) / 2


        def grid(size, spacing):
            """The axes of the prepared grid of an image."""
            kind, given = next(iter(OPTIONS["spacing"].items()))
            wanted = {"stored": spacing, "isotropic": np.full(3, spacing.min())}.get(kind)
            scale = (np.array(given["mm"]) if wanted is None else wanted) / spacing
            if OPTIONS["fit"] == "resize":
                voxels = size / scale
                factors = voxels / SIZE
                if OPTIONS["keepsProportions"]:
                    factors = np.full(3, factors.max())
                before = np.maximum(0, np.floor((factors * SIZE - voxels) / 2 + 1e-6))
                shifts = (factors / 2 - before) * scale - 0.5
                return [(int(n), int(m), f * s, t) for n, m, f, s, t in zip(size, SIZE, factors, scale, shifts)]
            inner = np.maximum(1, np.floor(size / scale + 0.5).astype(int))
            if OPTIONS["fit"] == "patch":
                return [axis_on(int(n), max(2, int(m)), s) for n, m, s in zip(size, inner, scale)]
            if (inner > SIZE).any():
                raise ValueError(f"the image has {inner} voxels, and the network sees {SIZE}")
            axes = [axis_on(int(n), int(m), s) for n, m, s in zip(size, inner, scale)]
            return [(n, int(m), s, t - int(m - i) // 2 * s) for (n, i, s, t), m in zip(axes, SIZE)]


        def kernel(interpolation, distance, box):
            """The mean of an interpolation kernel over a box about a distance."""
            def value(x):
                t = np.abs(x)
                if interpolation == "linear":
                    return np.maximum(0, 1 - t)
                inner, outer = (1.5 * t - 2.5) * t * t + 1, ((-0.5 * t + 2.5) * t - 4) * t + 2
                return np.where(t < 1, inner, np.where(t < 2, outer, 0))

            def integral(x):
                t = np.abs(x)
                if interpolation == "linear":
                    area = np.where(t < 1, t - t * t / 2, 0.5)
                else:
                    inner = ((0.375 * t - 2.5 / 3) * t * t + 1) * t
                    outer = (((-0.125 * t + 2.5 / 3) * t - 2) * t + 2) * t - 1 / 6
                    area = np.where(t < 1, inner, np.where(t < 2, outer, 0.5))
                return np.copysign(area, x)

            if box <= 1e-3:
                return value(distance)
            return (integral(distance + box / 2) - integral(distance - box / 2)) / box


        def weights(axis, interpolation, border):
            """The weight of each source voxel (columns) in each voxel of an axis (rows)."""
            source, count, scale, shift = axis
            centres = scale * np.arange(count) + shift
            matrix = np.zeros((count, source))
            box = np.sqrt(scale * scale - 1) if scale > 1 and interpolation != "nearest" else 0
            reach = {"nearest": 0.5, "linear": 1, "cubic": 2}[interpolation] + box / 2
            for row, centre in enumerate(centres):
                if interpolation == "nearest":
                    matrix[row, np.clip(int(np.floor(centre + 0.5)), 0, source - 1)] = 1
                    continue
                first = np.floor(centre - reach) + 1
                voxels = np.arange(first, max(first + 1, np.ceil(centre + reach)))
                np.add.at(matrix[row], np.clip(voxels.astype(int), 0, source - 1),
                          kernel(interpolation, voxels - centre, box))
                matrix[row] /= matrix[row].sum()
            if border == "zero":
                tolerance = 1e-9 * max(count, source)
                matrix[(centres < -0.5 - tolerance) | (centres > source - 0.5 + tolerance)] = 0
            return matrix.astype(np.float32)


        def resampled(image, matrices):
            for axis, matrix in enumerate(matrices):
                image = np.moveaxis(np.tensordot(matrix, image, (1, axis)), 0, axis)
            return image


        def normalized(values, channel):
            rule = channel["rule"]
            offset, gain = 0.0, 1.0
            if rule == "ct":
                known = channel["intensities"]
                values = np.clip(values, known["lowerPercentile"], known["upperPercentile"])
                offset, gain = known["mean"], known["standardDeviation"]
            elif rule == "unitRange":
                offset, gain = values.min(), values.max() - values.min()
            elif rule in ("zScore", "byChannelName"):
                body = values[values != 0]
                offset, gain = (body.mean(), body.std()) if body.size else (0.0, 1.0)
            result = (values - offset) * (1 / gain if gain > 0 else 1)
            if rule in ("zScore", "byChannelName"):
                result[values == 0] = 0
            return result.astype(np.float32)


        class Placement:
            """Where the prepared grid of an image lies in the array of its file."""

            def __init__(self, shape, affine, box=None):
                self.shape = tuple(int(n) for n in shape)
                affine = np.asarray(affine, np.float64)
                canonical = OPTIONS["isCanonical"]
                self.axes = nibabel.io_orientation(affine) if canonical else np.array([[0, 1], [1, 1], [2, 1]])
                order = np.argsort(self.axes[:, 0])
                self.spacing = np.linalg.norm(affine[:3, :3], axis=0)[order]
                self.size = np.array(self.shape)[order]
                self.box = box

            def body(self, array):
                """An array of the file with its axes towards right, anterior and superior."""
                return nibabel.apply_orientation(array, self.axes)

            def file(self, array):
                ras = np.array([[0, 1], [1, 1], [2, 1]])
                return nibabel.apply_orientation(array, nibabel.orientations.ornt_transform(ras, self.axes))

            def slices(self):
                return tuple(slice(a, b) for a, b in self.box.reshape(3, 2))

            def grid(self):
                return grid(np.diff(self.box.reshape(3, 2))[:, 0], self.spacing)

            def find_box(self, channels):
                self.box = np.stack([np.zeros(3, int), self.size], 1).reshape(-1)
                filled = np.any([c != 0 for c in channels], axis=0)
                if OPTIONS.get("isCropped") and filled.any():
                    places = [np.flatnonzero(filled.any(tuple({0, 1, 2} - {a}))) for a in range(3)]
                    self.box = np.array([(p[0], p[-1] + 1) for p in places]).reshape(-1)


        class Prepared(MapTransform):
            """[C, x, y, z] of a file to [C, z, y, x] as the network sees it."""

            def __call__(self, data):
                data = dict(data)
                for key in self.keys:
                    image = data[key]
                    place = Placement(image.shape[1:], image.affine)
                    channels = [place.body(np.asarray(c, np.float64)) for c in np.asarray(image)]
                    place.find_box(channels)
                    matrices = [weights(a, OPTIONS["interpolation"], "zero") for a in place.grid()]
                    prepared = [
                        resampled(normalized(values, channel)[place.slices()], matrices).T
                        for values, channel in zip(channels, MODEL["channels"])]
                    meta = {
                        "filename_or_obj": image.meta["filename_or_obj"], "box": place.box,
                        "file_shape": np.array(place.shape), "file_affine": np.asarray(image.affine, np.float64)}
                    data[key] = MetaTensor(torch.from_numpy(np.stack(prepared)), meta=meta)
                return data


        class Restored(MapTransform):
            """Probabilities [L, z, y, x] to a label map [1, x, y, z] on the grid of the image's file."""

            def __init__(self, keys, image_key="image"):
                super().__init__(keys)
                self.image_key = image_key

            def __call__(self, data):
                data = dict(data)
                meta = data[self.image_key].meta
                affine = np.asarray(meta["file_affine"], np.float64)
                place = Placement(np.asarray(meta["file_shape"]), affine, np.asarray(meta["box"]))
                back = [(m, n, 1 / s, -t / s) for n, m, s, t in place.grid()]
                matrices = [weights(a, "linear", "edge") for a in back]
                for key in self.keys:
                    best, labels = None, None
                    for value, probability in zip(VALUES, np.asarray(data[key].cpu(), np.float32)):
                        found = resampled(probability.T, matrices)
                        if best is None:
                            best = np.full_like(found, 0.5 if REGIONS else 0)
                            labels = np.full(found.shape, BACKGROUND, np.int32)
                        labels[found > best] = value
                        if not REGIONS:
                            best = np.maximum(best, found)
                    whole = np.full(place.size, BACKGROUND, np.int32)
                    whole[place.slices()] = labels
                    file = torch.from_numpy(np.ascontiguousarray(place.file(whole)[None]))
                    facts = {"filename_or_obj": meta["filename_or_obj"]}
                    data[key] = MetaTensor(file, affine=affine, meta=facts)
                return data


        class Saved(MapTransform):
            """Label maps [1, x, y, z] to NIfTI files CASE.nii.gz: SaveImaged fails where axes are exchanged."""

            def __init__(self, keys, output_dir):
                super().__init__(keys)
                self.folder = Path(output_dir)

            def __call__(self, data):
                self.folder.mkdir(parents=True, exist_ok=True)
                for key in self.keys:
                    labels = np.asarray(data[key])[0]
                    fits = BACKGROUND >= 0 and min(VALUES) >= 0 and max(BACKGROUND, *VALUES) < 256
                    image = nibabel.Nifti1Image(labels.astype(np.uint8 if fits else np.int32), data[key].affine.numpy())
                    image.header.set_xyzt_units("mm")
                    case = re.sub(r"(_0000)?\.nii(\.gz)?$", "", Path(data[key].meta["filename_or_obj"]).name)
                    nibabel.save(image, self.folder / f"{case}.nii.gz")
                return data


        class Tiles(Inferer):
            """Images of another size than the network's, tile by tile, with Gaussian weights as in nnU-Net."""

            def __init__(self, overlap=0.5):
                self.overlap = overlap

            def axis(self, size, patch):
                if size <= patch:
                    return [-((patch - size) // 2)]
                steps = int(np.ceil((size - patch) / (patch * (1 - self.overlap))))
                return [int(np.rint((size - patch) / steps * step)) for step in range(steps + 1)]

            def __call__(self, inputs, network, *args, **kwargs):
                image, patch = inputs.as_tensor() if isinstance(inputs, MetaTensor) else inputs, SIZE[::-1].tolist()
                size = list(image.shape[2:])
                if OPTIONS["fit"] != "patch" or size == patch:
                    return network(image)
                lines = [np.exp(-((np.arange(n) - n // 2) / (n / 8)) ** 2 / 2) for n in patch]
                weight = torch.tensor(lines[0][:, None, None] * lines[1][:, None] * lines[2], dtype=torch.float32)
                weight, total, sums = weight.to(image.device), 0, torch.zeros(size, device=image.device)
                for z in self.axis(size[0], patch[0]):
                    for y in self.axis(size[1], patch[1]):
                        for x in self.axis(size[2], patch[2]):
                            edges = list(zip((z, y, x), patch, size))
                            inside = [slice(max(0, a), min(n, a + p)) for a, p, n in edges]
                            part = [slice(max(0, -a), min(p, n - a)) for a, p, n in edges]
                            tile = image.new_zeros(*image.shape[:2], *patch)
                            tile[(..., *part)] = image[(..., *inside)]
                            found = network(tile) * weight
                            if isinstance(total, int):
                                total = found.new_zeros(*found.shape[:2], *size)
                            total[(..., *inside)] += found[(..., *part)]
                            sums[tuple(inside)] += weight[tuple(part)]
                return total / sums

        """#
}
