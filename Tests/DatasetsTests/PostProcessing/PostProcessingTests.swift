import SegNASImaging
import SegNASRandomness
import Testing

@testable import SegNASDatasets

@Suite("Post-processing")
struct PostProcessingTests {
    static let labels = LabelTable(foreground: [
        .init(name: "one", value: 1), .init(name: "two", value: 20), .init(name: "three", value: 3),
    ])

    /// Keeps the largest components by flooding from every voxel.
    private func flooded(
        _ classes: [UInt8], _ size: SIMD3<Int>, _ isOf: (UInt8) -> Bool
    ) -> [UInt8] {
        var components: [[Int]] = []
        var isSeen = [Bool](repeating: false, count: classes.count)
        for start in classes.indices where isOf(classes[start]) && !isSeen[start] {
            var component = [start]
            isSeen[start] = true
            var next = 0
            while next < component.count {
                let voxel = component[next]
                next += 1
                let place = [voxel % size.x, voxel / size.x % size.y, voxel / (size.x * size.y)]
                for z in place[2] - 1...place[2] + 1 where (0..<size.z).contains(z) {
                    for y in place[1] - 1...place[1] + 1 where (0..<size.y).contains(y) {
                        for x in place[0] - 1...place[0] + 1 where (0..<size.x).contains(x) {
                            let other = (z * size.y + y) * size.x + x
                            guard isOf(classes[other]), !isSeen[other] else { continue }
                            isSeen[other] = true
                            component.append(other)
                        }
                    }
                }
            }
            components.append(component)
        }
        let largest = components.map(\.count).max() ?? 0
        var result = classes
        for component in components where component.count < largest {
            for voxel in component { result[voxel] = 0 }
        }
        return result
    }

    @Test("only the largest components stay, as by flooding", arguments: 0..<20)
    func largest(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let size: SIMD3<Int> = [9, 7, 5]
        let classes = (0..<size.x * size.y * size.z).map { _ -> UInt8 in
            let drawn = generator.index(below: 12)
            return drawn < 4 ? UInt8(drawn) : 0
        }
        let all = flooded(classes, size) { $0 > 0 }
        #expect(
            PostProcessing([.foreground]).applied(to: classes, size: size, labels: Self.labels)
                == all)
        // Classes are numbered by the order of values: 1, 3, 20.
        let some = flooded(flooded(all, size) { $0 == 3 }, size) { $0 == 1 }
        #expect(
            PostProcessing([.foreground, .label(20), .label(1)])
                .applied(to: classes, size: size, labels: Self.labels) == some)
    }

    @Test("of equal components all stay, and a label that does not occur is no matter")
    func ties() {
        let classes: [UInt8] = [1, 1, 0, 1, 1, 0, 1, 0, 2]
        let cleaned = PostProcessing([.label(1), .label(20)])
            .applied(to: classes, size: [9, 1, 1], labels: Self.labels)
        #expect(cleaned == [1, 1, 0, 1, 1, 0, 0, 0, 2])
        let none = PostProcessing([.foreground, .label(3)])
        #expect(none.applied(to: [0, 0], size: [2, 1, 1], labels: Self.labels) == [0, 0])
    }

    private static func map(_ values: [Int32]) -> LabelMap {
        LabelMap(
            values: values,
            geometry: Geometry(size: [values.count, 1, 1], affine: Affine(spacing: .one)))
    }

    private func record(
        _ pairs: [(reference: [Int32], prediction: [Int32])], labels: LabelTable = labels
    ) throws -> PostProcessingRecord {
        var choice = PostProcessingChoice(labels)
        for pair in pairs {
            try choice.add(
                reference: Self.map(pair.reference), prediction: Self.map(pair.prediction))
        }
        return choice.record(models: ["a"])
    }

    @Test(
        "a step is taken if no label loses and one gains",
        arguments: [
            // An island of the only label that is wrong, which all labels together remove.
            ([1, 1, 20, 0, 0, 0], [1, 1, 20, 0, 20, 0], [.foreground]),
            // A right island: nothing is taken.
            ([1, 1, 20, 0, 20, 0], [1, 1, 20, 0, 20, 0], []),
            // All together would remove the right island of 20, so only 1 is cleaned up.
            ([1, 1, 1, 0, 20, 0, 0], [1, 1, 1, 0, 20, 0, 1], [.label(1)]),
            // Beside another label an island is not one of the foreground.
            ([1, 1, 20, 20, 0, 0], [1, 1, 20, 20, 1, 0], [.label(1)]),
            // Both: of the foreground first, then of a label in what is left.
            ([1, 1, 20, 20, 0, 0, 0], [1, 1, 20, 20, 1, 0, 20], [.foreground, .label(1)]),
            // The largest component is the wrong one.
            ([1, 0, 0, 0], [1, 0, 1, 1], []),
            ([0, 0, 0], [0, 0, 0], []),
        ] as [([Int32], [Int32], [PostProcessing.Step])])
    func rule(_ reference: [Int32], _ prediction: [Int32], _ steps: [PostProcessing.Step]) throws {
        let record = try record([(reference, prediction)])
        #expect(record.chosen.steps == steps)
        #expect(record.trials.map(\.step) == [.foreground, .label(1), .label(3), .label(20)])
    }

    @Test("the mean over cases decides, and one label needs no step of all together")
    func means() throws {
        let labels = LabelTable(foreground: [.init(name: "one", value: 1)])
        let wrong: ([Int32], [Int32]) = ([1, 1, 0, 0], [1, 1, 0, 1])
        // Dice 0.8 becomes 1 in each; 1 becomes 0.8 where the island is right.
        let right: ([Int32], [Int32]) = ([1, 1, 0, 1], [1, 1, 0, 1])
        let taken = try record([wrong, wrong, right], labels: labels)
        #expect(taken.chosen.steps == [.label(1)] && taken.trials.count == 1)
        let mean = try #require(taken.dice(1))
        #expect(abs(mean - (1 + 1 + 0.8) / 3) < 1e-12)
        #expect(try record([wrong, right], labels: labels).chosen.steps.isEmpty)
        #expect(try record([wrong, right, right], labels: labels).chosen.steps.isEmpty)
    }

    @Test("voxels to ignore count for no label")
    func ignored() throws {
        let labels = LabelTable(foreground: [.init(name: "one", value: 1)], ignore: 9)
        let record = try record([([1, 1, 0, 9], [1, 1, 0, 1])], labels: labels)
        #expect(record.chosen.steps.isEmpty && record.dice(1) == 1)
    }

    @Test("a prediction in another order of voxels is turned first")
    func reoriented() throws {
        var choice = PostProcessingChoice(LabelTable(foreground: [.init(name: "one", value: 1)]))
        let affine = Affine(x: [-1, 0, 0], y: [0, 1, 0], z: [0, 0, 1], origin: [3, 0, 0])
        try choice.add(
            reference: Self.map([1, 1, 0, 0]),
            prediction: LabelMap(
                values: [1, 0, 1, 1], geometry: Geometry(size: [4, 1, 1], affine: affine)))
        #expect(choice.record(models: []).chosen.steps == [.label(1)])
        #expect(throws: GridMismatch.self) {
            try choice.add(reference: Self.map([1, 1]), prediction: Self.map([1, 1, 0]))
        }
    }

    @Test(
        "a sentence says what is kept",
        arguments: [
            ([.foreground], "of all labels together is kept"),
            ([.label(20)], "of two is kept"),
            ([.foreground, .label(1), .label(20)], "of all labels together, then of one and two"),
            ((0..<5).map { .label($0) }, "of each of 5 labels is kept"),
        ] as [([PostProcessing.Step], String)])
    func words(_ steps: [PostProcessing.Step], _ words: String) {
        let sentence = PostProcessing(steps).words(Self.labels)
        #expect(sentence.hasPrefix("only the largest connected component \(words)"))
    }
}
