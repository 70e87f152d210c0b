import Foundation
import SegNASDatasets
import SegNASImaging
import SegNASRandomness
import TestSupport
import Testing

@testable import SegNASReport

struct AnatomySectionTests {
    /// A case of two labels in voxels of 1×1×2 mm, in an array that runs to left, posterior and superior.
    private static func small(_ name: String? = nil) -> AnatomyCase {
        let affine = Affine(x: [-1, 0, 0], y: [0, -1, 0], z: [0, 0, 2])
        var reference = Canvas([40, 36, 20])
        reference.paintBall(1, at: [15, 15, 10], radius: 6)
        reference.paintBox(2, [22, 12, 6], [28, 20, 12])
        var prediction = Canvas(reference.size)
        prediction.paintBall(1, at: [16, 15, 10], radius: 6)
        prediction.paintBox(2, [22, 12, 6], [27, 20, 12])
        let image = Samples(
            (0..<40 * 36 * 20).map { (voxel: Int) -> Float in
                let (x, y) = (voxel % 40, voxel / 40 % 36)
                return Float(2 * x + y) / 2
            })
        let geometry = Geometry(size: reference.size, affine: affine)
        var summary = CaseSummary(number: 3, dice: 0.8765)
        summary.name = name
        return AnatomyCase(
            summary, image: Volume(image, geometry: geometry),
            reference: reference.map(affine), prediction: prediction.map(affine))
    }

    @Test func labelsComeBack() throws {
        let shown = Self.small()
        let content = try payload(AnatomySection(cases: [shown], labels: labels(2)))
        let packed = try #require(content.shown.first)
        #expect(packed.spacing == [1, 1, 2] && packed.reduction == [1, 1, 1])
        for (map, text) in [
            (shown.reference, packed.reference.labels),
            (shown.prediction, packed.prediction.labels),
        ] {
            // The box begins 8 mm to the left of the labels, and its axes run to right and anterior.
            var expected: [UInt8] = []
            for z in 0..<20 {
                for y in (1..<30).reversed() {
                    for x in (1..<36).reversed() {
                        expected.append(UInt8(map.values[(z * 36 + y) * 40 + x]))
                    }
                }
            }
            #expect(packed.size == [35, 29, 20])
            #expect(try unpackedLabels(text) == expected)
        }
    }

    @Test func picturesComeBackAlmost() throws {
        let content = try payload(AnatomySection(cases: [Self.small()], labels: labels(2)))
        let packed = try #require(content.shown.first)
        let grey = try unpackedGrey(try #require(packed.image), size: packed.size)
        #expect(grey.count == 35 * 29 * 20)
        // Brightness rises to the left and, half as fast, to the back.
        func level(_ x: Int, _ y: Int) -> Int { Int(grey[(10 * 29 + y) * 35 + x]) }
        #expect(level(1, 1) > 230 && level(33, 27) < 25)
        #expect(abs(level(17, 14) - 128) < 12)
        #expect(level(5, 14) - level(29, 14) > 100)
    }

    @Test func surfacesComeBack() throws {
        let content = try payload(AnatomySection(cases: [Self.small()], labels: labels(2)))
        let packed = try #require(content.shown.first)
        let values = try unpackedLabels(packed.reference.labels)
        let nets = try unpackedNets(packed.reference)
        #expect(nets.map(\.label) == [0, 1])
        for (label, net, vertices) in nets {
            let extent = LabelExtent.all(values, size: SIMD3(packed.size), count: 2)[label]
            let field = LabelField(
                of: UInt8(label + 1), in: values, size: SIMD3(packed.size), extent: extent,
                factors: .one)
            let expected = SurfaceNet(field)
            #expect(net.quads == expected.quads)
            let distances = zip(vertices, expected.vertices).map { ($0 - $1).max() }
            #expect(vertices.count == expected.vertices.count && distances.allSatisfy { $0 < 0.02 })
        }
        // In mm: the ball's centre, as far from the first voxel shown as its map says.
        let places = nets[0].vertices.map {
            SIMD3<Double>($0) * SIMD3(packed.reference.nets[0].step)
                + SIMD3(packed.reference.nets[0].origin)
        }
        let centre = places.reduce(.zero, +) / Double(places.count)
        let offset = centre - [20, 14, 20]
        #expect((offset * offset).sum() < 0.05, "\(centre)")
    }

    @Test func slicesBeginWhereLabelsAre() throws {
        let content = try payload(AnatomySection(cases: [Self.small()], labels: labels(2)))
        let packed = try #require(content.shown.first)
        let values = try unpackedLabels(packed.reference.labels)
        for axis in 0..<3 {
            let step = [1, packed.size[0], packed.size[0] * packed.size[1]][axis]
            let isMet = values.indices.contains {
                values[$0] != 0 && $0 / step % packed.size[axis] == packed.start[axis]
            }
            #expect(isMet)
        }
    }

    @Test func nothingPredictedOrLabelled() throws {
        var shown = Self.small()
        let empty = Canvas(shown.reference.geometry.size).map(shown.reference.geometry.affine)
        shown = AnatomyCase(
            CaseSummary(number: 1, dice: nil), image: shown.image, reference: shown.reference,
            prediction: empty)
        let nothing = AnatomyCase(
            CaseSummary(number: 1, dice: .nan), image: nil, reference: empty,
            prediction: empty)
        let content = try payload(
            AnatomySection(cases: [shown, nothing], labels: labels(2)))
        #expect(content.shown.map(\.prediction.nets) == [[], []])
        #expect(content.shown.map { $0.image == nil } == [false, true])
        #expect(content.shown[1].size == [40, 36, 20])
        #expect(
            try unpackedLabels(content.shown[1].reference.labels)
                == Array(repeating: 0, count: 28_800))
        #expect(AnatomySection(cases: [], labels: labels(2)) == nil)
    }

    @Test func thirtyLabels() throws {
        var canvas = Canvas([60, 50, 10])
        for label in 0..<30 {
            let corner = SIMD3(Double(label % 6) * 10, Double(label / 6) * 10, 2)
            canvas.paintBox(UInt8(label + 1), corner, corner + [8, 8, 5])
        }
        // Of the last, only a voxel in the corner of the grid.
        canvas.paintBox(0, [50, 40, 0], [60, 50, 10])
        canvas.paintBox(30, [59, 49, 9], [60, 50, 10])
        let shown = AnatomyCase(
            CaseSummary(number: 1, dice: 1), image: nil, reference: canvas.map(),
            prediction: canvas.map())
        let section = try #require(AnatomySection(cases: [shown], labels: labels(30)))
        let content = try payload(section)
        #expect(Set(content.labels.map(\.colour)).count == 30)
        #expect(content.shown[0].reference.nets.map(\.label) == Array(0..<30))
        #expect(section.html.components(separatedBy: "data-surface=").count == 31)
    }

    @Test("a case stays within its bytes", arguments: [600_000])
    func budget(bytes: Int) throws {
        var generator = SeededGenerator(seed: 7)
        var map = LabelMap(
            values: Array(repeating: 0, count: 256 * 256 * 256),
            geometry: Geometry(size: [256, 256, 256], affine: .identity))
        for label in 1...30 {
            let centre = SIMD3<Int>.random(in: 60..<200, using: &generator)
            Self.paintBall(&map, Int32(label), at: centre, radius: 28)
        }
        let noise = (0..<1 << 16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let image = Samples(count: map.values.count) {
            (samples: UnsafeMutableBufferPointer<UInt8>) in
            for start in stride(from: 0, to: samples.count, by: noise.count) {
                _ = samples[start..<start + noise.count].update(fromContentsOf: noise)
            }
        }
        let shown = AnatomyCase(
            CaseSummary(number: 1, dice: 1), image: Volume(image, geometry: map.geometry),
            reference: map, prediction: map)
        var options = AnatomyOptions()
        options.bytesPerCase = bytes
        let section = try #require(
            AnatomySection(cases: [shown], labels: labels(30), options: options))
        let packed = try #require(try payload(section).shown.first)
        #expect(packed.image != nil)
        let count = try byteCount(section)
        #expect(count < bytes + 20_000, "\(count)")
        #expect(packed.size.reduce(1, *) > 100_000, "\(packed.size)")
    }

    @Test("as many cases as a page has room for, and the number of the others; in a folder all")
    func room() throws {
        let shown = Self.small()
        let summaries = (1...9).map { CaseSummary(number: $0, dice: 0.5) }
        var options = AnatomyOptions()
        options.threads = 2
        let one = try payload(AnatomySection(cases: [shown], labels: labels(2))).shown[0].byteCount
        options.bytes = 3 * one + one / 2
        @Sendable func read(_ index: Int) -> AnatomyCase? {
            // The file of one is gone.
            index == 1
                ? nil
                : AnatomyCase(
                    summaries[index], image: shown.image, reference: shown.reference,
                    prediction: shown.prediction)
        }
        let section = try #require(
            AnatomySection(summaries, labels: labels(2), options: options, read: read))
        let content = try payload(section)
        #expect(content.cases.map(\.number) == [1, 3, 4] && content.omitted == 5)
        #expect(section.html.contains("3 of 8 cases are shown"))
        #expect(section.html.contains("5 are left out"))
        #expect(section.html.contains("prediction of 1 case cannot be read"))
        #expect(!section.hasFiles)

        var files: [String: String] = [:]
        let whole = try #require(
            try AnatomySection(
                summaries, labels: labels(2), scored: ["a"], options: options,
                write: { files[$0] = $1 }, read: read))
        #expect(whole.hasFiles)
        #expect(try payload(whole).cases.map(\.number) == [1, 3, 4, 5, 6, 7, 8, 9])
        #expect(try payload(whole).shown.isEmpty && !whole.html.contains("left out"))
        #expect(Set(files.keys) == Set([1, 3, 4, 5, 6, 7, 8, 9].map { "cases/\($0).js" }))
        #expect(files["cases/3.js"]?.hasPrefix("(window.segnas3dCases ??= {})[3] = {") == true)
    }

    @Test("where no case can be read any more, the page says so and draws nothing")
    func unreadable() throws {
        let summaries = (1...3).map { CaseSummary(number: $0, dice: 0.5) }
        let section = try #require(AnatomySection(summaries, labels: labels(2)) { _ in nil })
        #expect(!section.isDrawn && section.html.contains("prediction of 3 cases cannot be read"))
        #expect(!section.html.contains("class=\"anatomy\""))
    }

    @Test("the worst, the median and the best come first, then those of each label")
    func ranks() {
        // By the mean 3, 5, 1, 4, 2 rise; by the label 1 has none.
        let dice = [0.5, 0.9, 0.1, 0.7, 0.3]
        let label = [nil, 0.1, 0.2, 0.3, 0.4] as [Double?]
        let ranked = CaseSummary.ranked(
            (0..<5).map { CaseSummary(number: $0 + 1, dice: dice[$0], dicePerLabel: [label[$0]]) })
        #expect(ranked.map(\.number) == [3, 1, 2, 5, 4])
        #expect(ranked.map { $0.ranks[0] } == ["worst", "median", "best", nil, nil])
        #expect(ranked.map { $0.ranks[1] } == ["median", nil, "worst", "best", nil])
        #expect(CaseSummary.ranked([CaseSummary(number: 1, dice: 1)])[0].ranks == ["only"])
        #expect(CaseSummary.ranked([CaseSummary(number: 1, dice: nil)]).count == 1)
    }

    /// Row by row, as there are many voxels.
    private static func paintBall(
        _ map: inout LabelMap, _ label: Int32, at centre: SIMD3<Int>, radius: Int
    ) {
        for z in -radius...radius {
            for y in -radius...radius where y * y + z * z <= radius * radius {
                let half = Int(Double(radius * radius - y * y - z * z).squareRoot())
                let middle = ((centre.z + z) * 256 + centre.y + y) * 256 + centre.x
                map.values.withUnsafeMutableBufferPointer {
                    $0[middle - half...middle + half].update(repeating: label)
                }
            }
        }
    }

    @Test func nothingComesFromOutsideAndTextsAreEscaped() throws {
        let name = "</script><b>&\"label\""
        let section = try #require(
            AnatomySection(
                cases: [Self.small("<i>worst</i>")], labels: [AnatomyLabel(name: name, value: 1)]))
        #expect(try payload(section).labels.map(\.name) == [name])
        let html = section.html
        #expect(html.contains("&lt;i&gt;worst") && html.contains("&lt;b&gt;&amp;&quot;label"))
        #expect(!html.contains("<b>") && !html.contains("<i>"))
        #expect(!html.contains("<script"))
        #expect(try !pageJSON(section.payload).contains("<"))
        for word in ["http:", "https:", "url(", "@import", "src=", "href="] {
            #expect(!html.contains(word), "\(word)")
        }
        #expect(html.contains("Dice 0.877"))
    }

    @Test(
        "real brains are shown voxel by voxel, and their outer structures hidden",
        .enabled(if: RealData.isHere))
    func brain() throws {
        let folder = RealData.path("Dataset019_Brains")
        let map = try LabelMap(contentsOf: folder + "/labelsTr/brain_1001.nii.gz")
        let shown = AnatomyCase(
            CaseSummary(number: 1, dice: 1),
            image: try Volume(contentsOf: folder + "/imagesTr/brain_1001_0000.nii.gz"),
            reference: map, prediction: map)
        let section = try #require(AnatomySection(cases: [shown], labels: labels(19)))
        let content = try payload(section)
        #expect(try byteCount(section) < 1_020_000)
        #expect(content.shown[0].reduction == [1, 1, 1])
        // Cerebral grey, cerebellar grey, cerebellar white and cerebral white.
        let outer = content.labels.indices.filter { content.labels[$0].isOuter }.map { $0 + 1 }
        #expect(outer == [1, 11, 13] || outer == [1, 11, 12, 13])
        #expect(try unpackedNets(content.shown[0].reference).map(\.label) == Array(0..<19))
    }
}

struct LabelPaletteTests {
    @Test func coloursAreAsCSSWritesThem() {
        #expect(LabelPalette(count: 1).css == ["#ff9900"])
        #expect(LabelPalette(count: 0).css.isEmpty)
        #expect(LabelPalette(count: 255).css.allSatisfy { $0.count == 7 && $0.first == "#" })
    }

    @Test("labels differ in colour", arguments: [2, 8, 19, 30])
    func distinct(count: Int) {
        #expect(Set(LabelPalette(count: count).colours).count == count)
    }

    @Test func moreLabelsChangeNoColour() {
        #expect(LabelPalette(count: 30).css.prefix(5) == LabelPalette(count: 5).css[...])
    }
}
