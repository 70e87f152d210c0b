import Foundation
import TestSupport

@testable import SegNASImaging

/// Tests that write slices to a folder and read them.
protocol DICOMReading {}

extension DICOMReading {
    /// Slices 2 mm apart, the pixels of each larger by 100 than those of the one below.
    func slices(_ count: Int = 4, _ change: (inout DICOMBytes, Int) -> Void = { _, _ in })
        -> [DICOMBytes]
    {
        (0..<count).map { index in
            var slice = DICOMBytes()
            slice.position[2] += 2 * Double(index)
            slice.pixels = slice.pixels.map { $0 + 100 * Int16(index) }
            change(&slice, index)
            return slice
        }
    }

    /// The result of reading a folder of files; names may lead into subfolders.
    func image(
        _ files: [(name: String, bytes: [UInt8])], series: DICOMSelection? = nil
    ) throws -> Result<ImageFile, ImageError> {
        try withTemporaryFolder { folder in
            for file in files {
                let path = folder.appending(path: file.name)
                try FileManager.default.createDirectory(
                    at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(file.bytes).write(to: path)
            }
            return Result { () throws(ImageError) in
                try ImageFile(contentsOf: folder.path, series: series)
            }
        }
    }

    func image(_ slices: [DICOMBytes]) throws -> Result<ImageFile, ImageError> {
        try image(named(slices))
    }

    func named(_ slices: [DICOMBytes], _ prefix: String = "") -> [(name: String, bytes: [UInt8])] {
        slices.enumerated().map { ("\(prefix)\($0.offset).dcm", $0.element.file) }
    }

    func read(
        _ files: [(name: String, bytes: [UInt8])]
    ) throws -> Result<Volume, ImageError> {
        try image(files).map(\.volume)
    }

    func read(_ slices: [DICOMBytes]) throws -> Result<Volume, ImageError> {
        try read(named(slices))
    }

    /// Runs of bytes, PS3.5 annex G: the upper bytes of all pixels, then the lower ones.
    func runs(_ words: [Int]) -> [UInt8] {
        let planes = [8, 0].map { shift in words.map { UInt8(($0 >> shift) & 0xFF) } }
        let segments = planes.map { [UInt8($0.count - 1)] + $0 + [UInt8(0x80)] }
        let offsets = [2, 64, 64 + segments[0].count]
        let header = (0..<16).flatMap { index in
            (0..<4).map { UInt8(truncatingIfNeeded: (index < 3 ? offsets[index] : 0) >> (8 * $0)) }
        }
        return header + segments.joined()
    }

    func fault(_ result: Result<some Any, ImageError>) -> ImageFault? {
        guard case .failure(let error) = result else { return nil }
        return error.fault
    }
}
