import Foundation
import SegNASHost
import TestSupport
import Testing

@testable import SegNASDatasets
@testable import SegNASImaging

/// Images that are cropped to what they show before they are brought to another spacing.
@Suite("Cropping before preparation")
struct CroppingTests {
    static let size: SIMD3<Int> = [9, 7, 6]

    /// Writes an image that is 0 outside a box, and labels that lie in another one; both along the array.
    private func subject(
        _ files: PreparationFiles, content: ContentBox?, labels: ContentBox?, affine: Affine,
        name: String = "case"
    ) throws -> Dataset.Case {
        let voxels = Self.voxels(Self.size)
        let image = voxels.map { voxel -> Int16 in
            content?.holds(voxel) == true ? Int16(1 + voxel.x + 10 * voxel.y + 70 * voxel.z) : 0
        }
        // A background of 1, and the labels 3 and 205 in turn.
        let classes = voxels.map { voxel -> UInt8 in
            labels?.holds(voxel) == true ? (voxel.x + voxel.y).isMultiple(of: 2) ? 3 : 205 : 1
        }
        return try files.subject(
            name, image: Samples(image), labels: Samples(classes),
            Geometry(size: Self.size, affine: affine))
    }

    static func voxels(_ size: SIMD3<Int>) -> [SIMD3<Int>] {
        (0..<size.volume).map { [$0 % size.x, $0 / size.x % size.y, $0 / (size.x * size.y)] }
    }

    private func options(
        _ spacing: PreparationOptions.Spacing = .stored, isCropped: Bool? = nil
    ) -> PreparationOptions {
        PreparationOptions(
            size: [4, 4, 4], fit: .patch, isCropped: isCropped, spacing: spacing,
            normalization: .none)
    }

    struct Boxes: CustomTestStringConvertible {
        var content: ContentBox?
        var labels: ContentBox?
        /// Voxels that are prepared, along the array.
        var expected: SIMD3<Int>
        var testDescription: String { "\(content?.size ?? .zero) \(labels?.size ?? .zero)" }
    }

    static let examples: [Boxes] = [
        .init(
            content: .init(lower: [2, 1, 1], upper: [7, 4, 5]),
            labels: .init(lower: [3, 2, 2], upper: [5, 3, 4]), expected: [5, 3, 4]),
        // One corner, and one voxel in the middle.
        .init(
            content: .init(lower: [0, 0, 3], upper: [3, 2, 6]), labels: nil, expected: [3, 2, 3]),
        .init(
            content: .init(lower: [4, 3, 2], upper: [5, 4, 3]), labels: nil, expected: [1, 1, 1]),
        // Labels where the image is 0 are kept.
        .init(
            content: .init(lower: [0, 0, 0], upper: [2, 2, 2]),
            labels: .init(lower: [5, 1, 4], upper: [6, 3, 5]), expected: [6, 3, 5]),
        .init(
            content: nil, labels: .init(lower: [5, 1, 4], upper: [6, 3, 5]), expected: [1, 2, 1]),
        // Nothing to be seen, and nothing to be cropped.
        .init(content: nil, labels: nil, expected: size),
        .init(content: .init(lower: .zero, upper: size), labels: nil, expected: size),
    ]

    @Test(
        "the box of content and labels is prepared, and goes back where it was", arguments: examples
    )
    func boxes(_ boxes: Boxes) throws {
        try withTemporaryFolder { folder in
            let files = PreparationFiles(folder)
            for orientation in stride(from: 0, to: 48, by: 7).map({ Orientation.all[$0] }) {
                let affine = PreparationFiles.affine(orientation, spacing: [0.7, 1.2, 2.3])
                let subject = try subject(
                    files, content: boxes.content, labels: boxes.labels, affine: affine)
                let result = try RestoringTests.preparation(options()).prepare(subject)
                let turned = result.transform.reorientation
                let expected = SIMD3(
                    boxes.expected[turned.sources[0]], boxes.expected[turned.sources[1]],
                    boxes.expected[turned.sources[2]])
                // At least two voxels, between which patches can be sampled.
                #expect(result.prepared.size == pointwiseMax(expected, [2, 2, 2]))
                #expect((result.transform.box == nil) == (boxes.expected == Self.size))
                let label = try Volume(contentsOf: subject.label ?? "")
                let restored = result.transform.restore(
                    classes: try #require(result.prepared.labels), labels: PreparationFiles.labels)
                #expect(restored.geometry == label.geometry)
                #expect(restored.samples.array(UInt8.self) == label.samples.array(UInt8.self))
                let sum = result.prepared.image.array(Float.self).reduce(0, +)
                let whole = try Volume(contentsOf: subject.images[0])
                let stored = whole.samples.array(Int16.self).reduce(0) { $0 + Int($1) }
                #expect(expected != result.prepared.size || sum == Float(stored))
            }
        }
    }

    @Test("an image is resampled as if its file had been cropped")
    func resampled() throws {
        try withTemporaryFolder { folder in
            let files = PreparationFiles(folder)
            let box = ContentBox(lower: [2, 1, 1], upper: [8, 6, 5])
            let affine = PreparationFiles.affine(Orientation.all[29], spacing: [0.7, 1.2, 2.3])
            let whole = try subject(files, content: box, labels: box, affine: affine)
            let image = try Volume(contentsOf: whole.images[0])
            let label = try Volume(contentsOf: whole.label ?? "")
            let part = image.geometry.cropped(to: box)
            let cut = try files.subject(
                "cut", image: image.channel(0, in: box).samples,
                labels: label.channel(0, in: box).samples, part)
            let spacing = PreparationOptions.Spacing.fixed(mm: [1, 0.9, 1.3])
            let found = try RestoringTests.preparation(options(spacing)).prepare(whole)
            let expected = try RestoringTests.preparation(options(spacing, isCropped: false))
                .prepare(cut)
            #expect(found.prepared.size == expected.prepared.size)
            #expect(
                found.prepared.image.array(Float.self) == expected.prepared.image.array(Float.self))
            #expect(
                found.prepared.labels?.array(UInt8.self)
                    == expected.prepared.labels?.array(UInt8.self))
            let (one, other) = (found.transform.prepared, expected.transform.prepared)
            #expect(one.cornerDistance(to: other) < 1e-4)
        }
    }

    @Test("a box holds what any channel shows, in one file or in several")
    func channels() throws {
        try withTemporaryFolder { folder in
            let grid = Geometry(size: Self.size, affine: .identity)
            let boxes = [
                ContentBox(lower: [1, 1, 1], upper: [3, 3, 2]),
                ContentBox(lower: [2, 4, 1], upper: [7, 5, 4]),
            ]
            let values = boxes.map { box in
                Self.voxels(Self.size).map { box.holds($0) ? Float(3) : 0 }
            }
            var files: [String] = []
            for (index, channel) in values.enumerated() {
                files.append(folder.appending(path: "c_000\(index).nii").path)
                try Volume(Samples(channel), geometry: grid).write(to: files[index])
            }
            let joined = folder.appending(path: "joined.nii").path
            try Volume(
                shape: [9, 7, 6, 2], affine: .identity, samples: Samples(values.flatMap(\.self))
            ).write(to: joined)
            let preparation = try Preparation(
                options(), channels: ["a", "b"], labels: PreparationFiles.labels)
            let results = try [files, [joined]].map { images in
                try preparation.prepare(Dataset.Case(identifier: "c", images: images, label: nil))
            }
            let box = ContentBox(lower: [1, 1, 1], upper: [7, 5, 4])
            for result in results {
                #expect(result.transform.box == box && result.prepared.size == [6, 4, 3])
                let expected = values.flatMap { channel in
                    Volume(Samples(channel), geometry: grid).channel(0, in: box).samples
                        .array(Float.self)
                }
                #expect(result.prepared.image.array(Float.self) == expected)
            }
        }
    }

    @Test("intensities are those of the whole image")
    func intensities() throws {
        try withTemporaryFolder { folder in
            let files = PreparationFiles(folder)
            let box = ContentBox(lower: [2, 1, 1], upper: [7, 4, 5])
            let subject = try subject(files, content: box, labels: nil, affine: .identity)
            for rule in [IntensityNormalization.zScore, .unitRange] {
                var options = options()
                options.normalization = rule
                let cropped = try RestoringTests.preparation(options).prepare(subject)
                options.isCropped = false
                let whole = try RestoringTests.preparation(options).prepare(subject)
                let part = Volume(
                    whole.prepared.image, geometry: Geometry(size: Self.size, affine: .identity)
                ).channel(0, in: box)
                #expect(cropped.prepared.image.array(Float.self) == part.samples.array(Float.self))
            }
        }
    }

    @Test("outside the box the background is certain, also beside a model that sees all")
    func scores() throws {
        try withTemporaryFolder { folder in
            let affine = PreparationFiles.affine(Orientation.all[29], spacing: [1, 1.5, 2])
            let original = Geometry(size: Self.size, affine: affine)
            let turn = Reorientation(from: Orientation(affine), to: .ras)
            let image = turn(original)
            let box = ContentBox(lower: [1, 2, 1], upper: [4, 5, 5])
            func source(_ box: ContentBox?) throws -> (ClassScores, GridTransform) {
                let part = box.map(image.cropped) ?? image
                let transform = GridTransform(
                    original: original, reorientation: turn,
                    map: try #require(options().map(of: part)), box: box)
                let scores = try #require(transform.scores(classes: 3))
                let count = part.voxelCount
                let values =
                    [Float](repeating: 0.25, count: 2 * count)
                    + [Float](repeating: 0.5, count: count)
                scores.add(mirrored: [false, false, false]) {
                    $0.add(values, classes: 3, tile: part.size)
                }
                return (scores, transform)
            }
            for sources in [[try source(box)], [try source(nil), try source(box)]] {
                let restorer = ScoreRestorer(
                    sources, labels: PreparationFiles.labels, threads: 1)
                let path = folder.appending(path: "\(sources.count).nii").path
                try restorer.writeProbabilities(to: path)
                let written = try Volume(contentsOf: path)
                let values = written.samples.array(Float.self)
                let labels = restorer.labelMap().samples.array(UInt8.self)
                let inFile = box.reoriented(by: turn.inverse, in: image.size)
                for (index, voxel) in Self.voxels(Self.size).enumerated() {
                    let isInside = inFile.holds(voxel)
                    #expect(labels[index] == (isInside ? 205 : 1))
                    #expect(values[index] == (isInside ? 0.25 : 1))
                    #expect(values[2 * original.voxelCount + index] == (isInside ? 0.5 : 0))
                }
            }
        }
    }

    @Test("records of earlier versions have no crop, and none is written where there is none")
    func records() throws {
        let cropped = options()
        var plain = cropped
        plain.isCropped = false
        #expect(cropped.isCropped && cropped != plain)
        let text = try JSONDocument.text(of: plain, .line)
        #expect(!text.contains("ropped"))
        #expect(try JSONDocument.parse(text, as: PreparationOptions.self) == plain)
        let other = try JSONDocument.text(of: cropped, .line)
        #expect(other.contains("\"isCropped\":true"), "\(other)")
        #expect(try JSONDocument.parse(other, as: PreparationOptions.self) == cropped)
        #expect(!PreparationOptions(size: [4, 4, 4]).isCropped)
        let transform = GridTransform(
            original: Geometry(size: [4, 4, 4], affine: .identity), reorientation: .identity,
            map: GridMap(from: [4, 4, 4], to: [4, 4, 4]))
        #expect(!(try JSONDocument.text(of: transform, .line)).contains("box"))
    }
}

extension ContentBox {
    func holds(_ voxel: SIMD3<Int>) -> Bool { all(voxel .>= lower) && all(voxel .< upper) }
}
