import Foundation
import SegNASDatasets
import SegNASImaging
import TestSupport
import Testing

@Suite("Fingerprints")
struct FingerprintTests {
    @Test("sizes and spacings along the body, voxels of labels, intensities under them")
    func small() throws {
        try withDataset { small in
            try small.writeNNUNet(labels: #"{"background": 0, "one": 1, "two": 2, "ignore": 5}"#)
            // Stored as SLA: the first axis runs upwards, the second to the left, the third to the front.
            let affine = Affine(x: [0, 0, 3], y: [-1, 0, 0], z: [0, 2, 0])
            try small.writeImage("imagesTr/c_0000.nii.gz", 5, size: [4, 6, 5], affine: affine)
            try small.writeLabels("labelsTr/c.nii.gz", [1, 5], size: [4, 6, 5], affine: affine)
            let check = DatasetCheck(contentsOf: small.path)
            let found = try #require(check.fingerprint)
            #expect(found.cases == 3)
            #expect(found.orientations == ["RAS": 2, "SLA": 1])
            #expect(found.size.minimum == [6, 5, 4] && found.size.maximum == [6, 5, 4])
            #expect(found.spacing.minimum == [1, 1, 2])
            #expect(found.spacing.median == [1, 1, 2] && found.spacing.maximum == [1, 2, 3])
            #expect(found.labels.map(\.name) == ["background", "one", "two"])
            #expect(found.labels.map(\.voxels) == [3 * 120 - 24, 12, 8])
            #expect(found.labels.map(\.cases) == [3, 3, 2])
            #expect(found.ignoredVoxels == 4)
            #expect(abs(found.labels[1].share - 12.0 / 356) < 1e-12)
        }
    }

    @Test("each case counts alike, however many voxels it has")
    func intensities() throws {
        try withDataset { small in
            try small.writePlain()
            for (name, value, labels) in [
                ("a", Float(10), [Int16](repeating: 1, count: 20)), ("b", 20, [1]), ("c", 60, [1]),
            ] {
                try small.writeImage("images/\(name).nii.gz", 1) { values in
                    for index in values.indices { values[index] = index < 80 ? value : -5 }
                }
                try small.writeLabels("labels/\(name).nii.gz", labels)
            }
            let check = DatasetCheck(contentsOf: small.path)
            let channel = try #require(check.fingerprint?.channels.first)
            #expect(abs(channel.mean - 30) < 1e-9 && channel.median == 20)
            #expect(channel.minimum == 10 && channel.maximum == 60)
            #expect(abs(channel.std - (1400.0 / 3).squareRoot()) < 1e-9)
            #expect(check.fingerprint?.foregroundIntensities.first?.upperPercentile == 60)
        }
    }

    /// Expected is what numpy finds with a million voxels of each case.
    ///
    ///     import glob, nibabel, numpy as np
    ///     counts, values, draw = np.zeros(20, int), [], np.random.default_rng(0)
    ///     for label in sorted(glob.glob("Dataset019_Brains/labelsTr/*.nii.gz"))[:3]:
    ///         seg = nibabel.load(label).get_fdata().astype(int)
    ///         image = nibabel.load(label.replace("labels", "images").replace(".nii", "_0000.nii")).get_fdata()
    ///         counts += np.bincount(seg.ravel(), minlength=20)
    ///         values.append(draw.choice(image[seg > 0], 1_000_000))
    ///     print(counts, np.mean(values), np.std(values), np.percentile(values, [0.5, 99.5]))
    @Test("real brains", .enabled(if: RealData.isHere))
    func brains() throws {
        let dataset = try Dataset(contentsOf: RealData.path("Dataset019_Brains"))
        let three = dataset.training.prefix(3).map(\.identifier)
        let found = try #require(Fingerprint(of: dataset, training: three))
        #expect(found.cases == 3)
        #expect(found.labels.map(\.voxels) == Self.voxels)
        let channel = found.channels[0]
        #expect(abs(channel.mean / Self.mean - 1) < 0.005)
        #expect(abs(channel.std / Self.std - 1) < 0.01)
        #expect(abs(channel.percentile005 / Self.low - 1) < 0.02)
        #expect(abs(channel.percentile995 / Self.high - 1) < 0.02)
    }

    private static let voxels = [
        12_002_883, 1_841_637, 2_234, 7_187, 55_412, 12_648, 6_773, 7_619, 3_631, 6_992, 20_358,
        315_832, 88_189, 1_418_948, 23_510, 2_522, 33_682, 9_833, 30_923, 48_843,
    ]
    private static let (mean, std, low, high) = (1081.08, 313.07, 426.0, 1784.0)
}
