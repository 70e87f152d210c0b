import Foundation
import SegNASImaging
import SegNASRandomness
import TestSupport
import Testing

@testable import SegNASDatasets

/// Six scans whose values are made up voxel by voxel.
private struct Scans {
    static let size = SIMD3(12, 10, 8)
    static let count = 6

    /// Air, fat, soft tissue and bone in Hounsfield units, as much of each as the case wants, with noise.
    static func ct(_ number: Int, air: Double = 0.4) -> [Float] {
        var generator = SeededGenerator(seed: UInt64(number))
        let voxels = size.x * size.y * size.z
        return (0..<voxels).map { index in
            let noise = Float(generator.next() % 31) - 15
            // A label lies in the voxels from 4 to 100.
            guard !(4..<100).contains(index) else { return 45 + noise }
            let place = Double(index) / Double(voxels)
            if place < air { return (-1000 + noise).rounded() }
            if place < air + 0.2 { return -100 + noise }
            if place < 0.96 { return 40 + noise }
            return 400 + 12 * noise
        }
    }

    /// A dataset of these scans, after a change of some.
    static func check(
        channels: [String] = ["CT"],
        values: (_ number: Int, _ channel: Int) -> [Float]
    ) throws -> DatasetCheck {
        try withDataset { small in
            let names = channels.enumerated().map { #""\#($0)": "\#($1)""# }
                .joined(separator: ", ")
            try small.write(
                #"{"channel_names": {\#(names)}, "labels": {"background": 0, "one": 1}, "file_ending": ".nii.gz"}"#,
                to: "dataset.json")
            for number in 0..<count {
                for channel in channels.indices {
                    let made = values(number, channel)
                    try small.writeImage(
                        "imagesTr/c\(number)_000\(channel).nii.gz", number, size: size
                    ) { $0 = made }
                }
                try small.writeLabels("labelsTr/c\(number).nii.gz", labelled, size: size)
            }
            return DatasetCheck(contentsOf: small.path, threads: 1)
        }
    }

    /// 96 voxels of label 1 behind four of the background.
    private static let labelled = [Int16](repeating: 0, count: 1) + [Int16](repeating: 1, count: 24)
}

@Suite("Outliers among the values of cases")
struct ChannelOutliersTests {
    struct Change: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// The values of the last scan.
        var change: @Sendable (Float) -> Float
        /// The expected sentence; nil for none.
        var sentence: String?
        /// The number of the sentence, which noise may move a little; nil if it is no matter.
        var number: Double?

        init(
            _ name: String, _ sentence: String?, by number: Double? = nil,
            _ change: @escaping @Sendable (Float) -> Float
        ) {
            testDescription = name
            self.sentence = sentence
            self.number = number
            self.change = change
        }
    }

    static let changes = [
        Change("as it is", nil) { $0 },
        Change("stored without the intercept", "higher throughout: was it stored without", by: 1024)
        {
            $0 + 1024
        },
        Change("another intercept", "higher throughout: was it stored without", by: 1000) {
            $0 + 1000
        },
        Change("the intercept twice", "lower throughout: was it stored with its", by: 1024) {
            $0 - 1024
        },
        Change("half the slope", "0.5 times as much throughout") { $0 / 2 },
        Change("twice the slope", "2 times as much throughout") { $0 * 2 },
        Change("windowed to a picture", "none is negative: are these Hounsfield units?") {
            ((min(max($0, -160), 240) + 160) / 400 * 255).rounded()
        },
        Change("from 0 to 1", "none is negative: are these Hounsfield units?") {
            (max($0, -1000) + 1000) / 2000
        },
        Change("another scanner's noise", nil) { $0 + 20 },
        Change("cropped to the body", nil) { max($0, -130) },
        Change("padding below air", nil) { $0 < -900 ? -2048 : $0 },
        Change("metal", nil) { $0 > 500 ? 8000 : $0 },
    ]

    @Test("a CT scan unlike the others is reported with its numbers", arguments: changes)
    func ct(_ change: Change) throws {
        for name in ["CT", "image"] {
            let check = try Scans.check(channels: [name]) { number, _ in
                let scan = Scans.ct(number, air: 0.3 + 0.04 * Double(number % 3))
                return number == 5 ? scan.map(change.change) : scan
            }
            let reported = check.faults.map(\.description)
            #expect(check.isSound)
            guard let sentence = change.sentence else {
                #expect(reported.isEmpty, "\(reported)")
                continue
            }
            #expect(reported.count == 1, "\(reported)")
            #expect(reported.first?.hasPrefix("imagesTr/c5_0000.nii.gz: ") == true, "\(reported)")
            #expect(reported.first?.contains(sentence) == true, "\(reported)")
            guard let number = change.number else { continue }
            let word = reported.first?.components(separatedBy: "about ").last?.prefix { $0 != " " }
            #expect(abs((word.flatMap { Double($0) } ?? 0) - number) < 10, "\(reported)")
        }
    }

    @Test("of scans in two units those without Hounsfield units are reported, though they are many")
    func half() throws {
        let check = try Scans.check { number, _ in
            Scans.ct(number).map { number > 2 ? $0 + 1024 : $0 }
        }
        #expect(check.faults.map(\.kind) == ["shifted", "shifted", "shifted"])
    }

    @Test(
        "values without a unit may differ a hundredfold, but not one scan alone",
        arguments: [
            ([1, 30, 0.2, 200, 5, 900], 0), ([1, 1.2, 0.9, 1.5, 0.8, 4], 0),
            ([1, 1.2, 0.9, 1.5, 0.8, 0.001], 1), ([1, 1.2, 0.9, 1.5, 0.8, 1000], 1),
            ([1, 1.2, 0.9, 1.5, 0.001, 0.001], 0),
        ] as [([Float], Int)])
    func units(_ scales: [Float], _ count: Int) throws {
        let check = try Scans.check(channels: ["T1"]) { number, _ in
            Scans.ct(number).map { abs($0 + 1100) * scales[number] }
        }
        #expect(check.isSound && check.faults.count == count, "\(check.faults)")
        #expect(check.faults.allSatisfy { $0.kind == "unusualValues" })
    }

    @Test("a channel that is a copy of another: in one case, in all, and one image for all")
    func copies() throws {
        func values(_ number: Int, _ channel: Int) -> [Float] {
            Scans.ct(number * 10 + channel).map { abs($0 + 1100) + Float(channel) * 500 }
        }
        let one = try Scans.check(channels: ["T1", "T2"]) { number, channel in
            values(number, number == 3 ? 0 : channel)
        }
        #expect(one.isSound && one.faults.map(\.kind) == ["sameChannels"])
        #expect(
            one.faults.first?.description.hasPrefix(
                "imagesTr/c3_0001.nii.gz: holds the same image as channel T1") == true)
        let all = try Scans.check(channels: ["T1", "T2"]) { number, _ in values(number, 0) }
        #expect(all.isSound && all.faults.map(\.kind) == ["sameChannelsEverywhere"])
        let atlas = try Scans.check(channels: ["T1", "prior"]) { number, channel in
            channel == 1 ? values(7, 1) : values(number, 0)
        }
        #expect(atlas.isSound && atlas.faults.map(\.kind) == ["sameInEveryCase"])
        // Where no channel differs, there is one scan, and no test.
        let copies = try Scans.check(channels: ["T1", "T2"]) { _, channel in values(0, channel) }
        #expect(!copies.isSound && Set(copies.faults.map(\.kind)) == ["duplicate"])
    }

    @Test("channels that are exchanged in one case, where their values tell them apart")
    func exchanged() throws {
        func values(_ number: Int, _ channel: Int) -> [Float] {
            Scans.ct(number * 10 + channel).map {
                channel == 0 ? $0 + 1100 : 4000 - ($0 + 1000) * 0.5
            }
        }
        let swapped = try Scans.check(channels: ["T1", "T2"]) { number, channel in
            values(number, number == 2 ? 1 - channel : channel)
        }
        #expect(swapped.faults.map(\.kind) == ["swappedChannels"], "\(swapped.faults)")
        #expect(swapped.faults.first?.caseIdentifier == "c2")
        let right = try Scans.check(channels: ["T1", "T2"], values: values)
        #expect(right.faults.isEmpty, "\(right.faults)")
    }

    @Test("real MRI of many scanners raises nothing", .enabled(if: RealData.isHere))
    func real() throws {
        for name in ["Task04_Hippocampus", "Dataset019_Brains"] {
            let check = DatasetCheck(contentsOf: RealData.path(name))
            #expect(check.faults.isEmpty, "\(check.faults)")
        }
    }
}
