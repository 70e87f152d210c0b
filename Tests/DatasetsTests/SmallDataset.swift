import Foundation
import SegNASImaging
import TestSupport

/// Tiny images and label maps in a folder, for datasets of every layout.
struct SmallDataset {
    let folder: URL

    static let size = SIMD3(6, 5, 4)
    static let affine = Affine(spacing: [1, 1, 2])

    var path: String { folder.path }

    /// An image that no other number gives.
    func writeImage(
        _ name: String, _ number: Int, channels: Int = 1, size: SIMD3<Int> = Self.size,
        affine: Affine = Self.affine, change: (inout [Float]) -> Void = { _ in }
    ) throws {
        let count = size.x * size.y * size.z * channels
        var values = (0..<count).map { Float(($0 * 7 + number * 13) % 101) }
        change(&values)
        let shape = [size.x, size.y, size.z] + (channels > 1 ? [channels] : [])
        try write(Volume(shape: shape, affine: affine, samples: Samples(values)), name)
    }

    /// An image of float64.
    func writeDoubles(_ name: String, change: (inout [Double]) -> Void) throws {
        let size = Self.size
        var values = (0..<size.x * size.y * size.z).map { Double($0 * 3 % 17) }
        change(&values)
        try write(
            Volume(Samples(values), geometry: Geometry(size: size, affine: Self.affine)), name)
    }

    /// A label map in which each value has four voxels, and all others are 0; stored from behind in each slice or not.
    func writeLabels(
        _ name: String, _ values: [Int16] = [1, 2], size: SIMD3<Int> = Self.size,
        reversing: Bool = false, affine: Affine = Self.affine
    ) throws {
        var labels = [Int16](repeating: 0, count: size.x * size.y * size.z)
        for (index, value) in values.enumerated() {
            for voxel in 0..<4 { labels[index * 4 + voxel] = value }
        }
        if reversing {
            // Each slice from its last voxel to the first: x and y run the other way.
            let slice = size.x * size.y
            labels = (0..<labels.count).map {
                labels[$0 / slice * slice + slice - 1 - $0 % slice]
            }
        }
        let geometry = Geometry(size: size, affine: affine)
        try write(Volume(Samples(labels), geometry: geometry), name)
    }

    func write(_ text: String, to name: String) throws {
        try write(Data(text.utf8), to: name)
    }

    func write(_ data: Data, to name: String) throws {
        try data.write(to: place(name))
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(at: folder.appending(path: name))
    }

    private func write(_ volume: Volume, _ name: String) throws {
        let file = try place(name)
        guard !name.hasSuffix(".nii"), !name.hasSuffix(".nii.gz") else {
            return try volume.write(to: file.path, replacing: true)
        }
        // Content decides what an image is, so a NIfTI file serves under any name.
        try volume.write(to: file.path + ".nii")
        try FileManager.default.moveItem(atPath: file.path + ".nii", toPath: file.path)
    }

    private func place(_ name: String) throws -> URL {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        return file
    }
}

extension SmallDataset {
    /// Writes label maps to the paths that end in a star, and images, of which no two are alike, to all others.
    func write(_ tree: [String]) throws {
        for (index, path) in tree.enumerated() {
            if path.hasSuffix("*") {
                try writeLabels(String(path.dropLast()))
            } else {
                try writeImage(path, index)
            }
        }
    }

    static let cases = ["a", "b", "c"]

    /// nnU-Net v2 with three cases and two labels.
    func writeNNUNet(channels: Int = 1, labels: String = #"{"background": 0, "one": 1, "two": 2}"#)
        throws
    {
        let names = (0..<channels).map { #""\#($0)": "T\#($0 + 1)""# }.joined(separator: ", ")
        try write(
            """
            {"channel_names": {\(names)}, "labels": \(labels), "numTraining": 3, "file_ending": ".nii.gz"}
            """, to: "dataset.json")
        for (index, name) in Self.cases.enumerated() {
            for channel in 0..<channels {
                try writeImage("imagesTr/\(name)_000\(channel).nii.gz", index * 10 + channel)
            }
            try writeLabels("labelsTr/\(name).nii.gz")
        }
    }

    /// The files of a Decathlon task, or of any list.
    func writeListedFiles(channels: Int = 1) throws {
        for (index, name) in Self.cases.enumerated() {
            try writeImage("imagesTr/\(name).nii.gz", index, channels: channels)
            try writeLabels("labelsTr/\(name).nii.gz")
        }
    }

    static let decathlonItems = cases.map {
        #"{"image": "./imagesTr/\#($0).nii.gz", "label": "./labelsTr/\#($0).nii.gz"}"#
    }.joined(separator: ", ")

    func writeDecathlon() throws {
        try writeListedFiles()
        try write(
            """
            {"modality": {"0": "T1"}, "labels": {"0": "background", "1": "one", "2": "two"}, "numTraining": 3,
             "training": [\(Self.decathlonItems)], "test": []}
            """, to: "dataset.json")
    }

    func writePlain() throws {
        for (index, name) in Self.cases.enumerated() {
            try writeImage("images/\(name).nii.gz", index)
            try writeLabels("labels/\(name).nii.gz")
        }
    }
}

/// Calls a body with an empty dataset, and removes it after.
func withDataset<Result>(_ body: (SmallDataset) throws -> Result) throws -> Result {
    try withTemporaryFolder { try body(SmallDataset(folder: $0)) }
}
