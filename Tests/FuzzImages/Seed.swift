import Foundation
import SegNASImaging

/// A whole image file, of which mutants are made.
struct Seed: Sendable {
    var name: String
    var bytes: [UInt8]
    /// Files that must lie beside it, as the samples of a header.
    var partners: [String: [UInt8]] = [:]
    /// The decompressed content of a gzip file.
    var content: [UInt8]?

    /// Larger files take time and find nothing more.
    static let maxFileSize = 1 << 14
    static let maxContentSize = 1 << 17

    init(name: String, bytes: [UInt8], partners: [String: [UInt8]] = [:]) {
        self.name = name
        self.bytes = bytes
        self.partners = partners
        guard Gzip.isGzip(bytes) else { return }
        var room = [UInt8](repeating: 0, count: Self.maxContentSize)
        let count = bytes.withUnsafeBytes { input in
            room.withUnsafeMutableBytes { output in
                (try? Gzip.decompress(input, into: output)).flatMap { $0 }
            }
        }
        content = count.map { Array(room.prefix($0)) }
    }

    /// One gzip member.
    static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        let result = try? bytes.withUnsafeBytes { try Gzip.compress($0, level: 1) }
        return result?.withBytes { Array($0) } ?? bytes
    }
}

// MARK: - Files of a folder

extension Seed {
    /// The small files of a folder, the data of which lies in files that have the same name but for the ending.
    static func files(of folder: URL) throws -> [Seed] {
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let urls = (all?.allObjects ?? []).compactMap { $0 as? URL }
            .filter { !$0.hasDirectoryPath && $0.pathExtension != "json" }
            .sorted { $0.path < $1.path }
        let files = try urls.map { ($0, [UInt8](try Data(contentsOf: $0))) }
            .filter { $0.1.count <= maxFileSize }
        return files.compactMap { url, bytes -> Seed? in
            let stem = Self.stem(url)
            let partners = files.filter { $0.0 != url && Self.stem($0.0) == stem }
            let seed = Seed(
                name: url.lastPathComponent, bytes: bytes,
                partners: Dictionary(
                    partners.map { ($0.0.lastPathComponent, $0.1) },
                    uniquingKeysWith: { first, _ in first }))
            return Gzip.isGzip(bytes) && seed.content == nil ? nil : seed
        }
    }

    /// Folder and name without endings.
    private static func stem(_ url: URL) -> String {
        let name = url.lastPathComponent.prefix { $0 != "." }
        return url.deletingLastPathComponent().appending(path: String(name)).path
    }
}

// MARK: - Made here

extension Seed {
    /// Files of every format and type, for machines that have no others.
    static func generated() throws -> [Seed] {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "segnas3d-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var seeds: [Seed] = []
        func add(_ volume: Volume, _ name: String) throws {
            let file = folder.appending(path: name)
            try volume.write(to: file.path)
            seeds.append(Seed(name: name, bytes: [UInt8](try Data(contentsOf: file))))
        }
        for (index, volume) in volumes().enumerated() {
            try add(volume, "\(index).nii")
            try add(volume, "\(index).nii.gz")
            // So small an intercept is written as NIfTI-2 only.
            var other = volume
            other.scaling.slope = 1e-60
            try add(other, "\(index)-2.nii.gz")
        }
        let nifti = seeds[0].bytes
        return seeds + [pair(nifti), analyze(nifti), mgh(nifti, "a.mgh"), mgh(nifti, "a.mgz")]
    }

    private static func volumes() -> [Volume] {
        let affine = Affine(
            x: [-2, 0.1, 0], y: [0, 2, 0.3], z: [0.1, 0, 2.5], origin: [90, -100, -70])
        func volume<Value: Sample>(_ shape: [Int], _ value: (Int) -> Value) -> Volume {
            Volume(
                shape: shape, affine: affine,
                samples: Samples((0..<shape.reduce(1, *)).map(value)))
        }
        return [
            volume([4, 5, 6]) { Int16($0) }, volume([4, 5, 6, 2]) { Float($0) / 3 },
            volume([7, 3]) { UInt8($0) }, volume([2, 2, 2, 1, 3]) { Double($0) },
            volume([30, 20, 10]) { UInt16($0 % 7) }, volume([5]) { Int64($0) },
        ]
    }

    /// Header and samples in two files.
    private static func pair(_ nifti: [UInt8]) -> Seed {
        var header = Array(nifti[..<348])
        header[345] = UInt8(ascii: "i")
        header.replaceSubrange(108..<112, with: [0, 0, 0, 0])
        return Seed(
            name: "pair.hdr", bytes: header, partners: ["pair.img": Array(nifti[352...])])
    }

    private static func analyze(_ nifti: [UInt8]) -> Seed {
        var header = pair(nifti).bytes
        header.replaceSubrange(252..<348, with: [UInt8](repeating: 0, count: 96))
        return Seed(
            name: "old.hdr", bytes: header, partners: ["old.img": Array(nifti[352...])])
    }

    /// 4 × 5 × 6 voxels of int16, and some bytes behind them.
    private static func mgh(_ nifti: [UInt8], _ name: String) -> Seed {
        var bytes: [UInt8] = []
        for number in [1, 4, 5, 6, 1, 4, 0] as [Int32] {
            withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
        }
        bytes += [0, 1]
        for number in [1, 1, 2, -1, 0, 0, 0, 0, -1, 0, 1, 0, 5, 6, 7] as [Float] {
            withUnsafeBytes(of: number.bitPattern.bigEndian) { bytes += $0 }
        }
        bytes += [UInt8](repeating: 0, count: 284 - bytes.count) + nifti[352...] + [0, 0, 1, 2]
        return Seed(name: name, bytes: name.hasSuffix("z") ? compressed(bytes) : bytes)
    }
}
