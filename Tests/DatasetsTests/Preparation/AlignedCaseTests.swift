import Foundation
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Cases whose files are stored in different orders of axes")
struct AlignedCaseTests {
    private static let size = SIMD3(5, 6, 7)

    private func prepared(_ subject: Dataset.Case, channels: Int) throws -> PreparedCase {
        let preparation = try Preparation(
            PreparationOptions(size: [8, 8, 8], fit: .resize),
            channels: (0..<channels).map { "T\($0)" }, labels: PreparationFiles.labels)
        return try preparation.prepare(subject, threads: 1).prepared
    }

    @Test("Label map and channels come out as from files in one order")
    func same() throws {
        try withTemporaryFolder { folder in
            var files = PreparationFiles(folder)
            var subject = try files.subject(
                "c", size: Self.size,
                affine: PreparationFiles.affine(.ras, spacing: [1, 1.5, 2]))
            let second = try files.subject(
                "d", size: Self.size,
                affine: PreparationFiles.affine(.ras, spacing: [1, 1.5, 2]))
            subject.images.append(second.images[0])
            let expected = try prepared(subject, channels: 2)
            for (place, orientation) in Orientation.all.enumerated()
            where place % 5 == 1 {
                var turned = subject
                turned.label = try store(subject.label ?? "", orientation, folder.path + "/l.nii")
                turned.images[1] = try store(subject.images[1], orientation, folder.path + "/i.nii")
                let result = try prepared(turned, channels: 2)
                #expect(result.image.array(Float.self) == expected.image.array(Float.self))
                #expect(result.labels?.array(UInt8.self) == expected.labels?.array(UInt8.self))
            }
        }
    }

    private func store(_ file: String, _ orientation: Orientation, _ path: String) throws -> String
    {
        try Volume(contentsOf: file).reoriented(to: orientation).write(to: path, replacing: true)
        return path
    }

    @Test("Labels that storing has moved from whole numbers are classes, and remarks come along")
    func rounded() throws {
        try withTemporaryFolder { folder in
            let files = PreparationFiles(folder)
            let values = (0..<210).map { Float([1, 2.9997, 205.0003, 7][$0 / 3 % 4]) }
            let whole = values.map { UInt8($0.rounded()) }
            let geometry = Geometry(size: Self.size, affine: .init(spacing: [30, 30, 30]))
            let image = Samples((0..<210).map { Float($0) })
            let subject = try files.subject(
                "c", image: image, labels: Samples(values), geometry)
            let other = try files.subject("d", image: image, labels: Samples(whole), geometry)
            #expect(
                try prepared(subject, channels: 1).labels?.array(UInt8.self)
                    == prepared(other, channels: 1).labels?.array(UInt8.self))
            let preparation = try Preparation(
                PreparationOptions(size: [8, 8, 8]), channels: ["T1"],
                labels: PreparationFiles.labels)
            let warnings = try preparation.prepare(subject, threads: 1).warnings
            #expect(warnings.map(\.kind) == ["unlikelySpacing", "unlikelySpacing"])
            #expect(warnings.map(\.file) == [subject.images[0], subject.label])
        }
    }
}
