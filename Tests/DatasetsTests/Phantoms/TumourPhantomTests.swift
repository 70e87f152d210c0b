import Foundation
import SegNASHost
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Phantoms with tumours")
struct TumourPhantomTests {
    private func values<Value: Sample>(_ volume: Volume, as type: Value.Type) -> [Value] {
        volume.samples.withValues(as: type) { Array($0) }
    }

    @Test(
        "have all parts in each case, of which the contrasts show different ones",
        arguments: 0..<3)
    func parts(index: Int) {
        let phantom = Phantom(size: [40, 40, 40], seed: 2, source: .tumours)
        let made = phantom.makeCase(index)
        #expect(made.images.count == 4 && made.images.allSatisfy { $0.samples.type == .int16 })
        #expect(made.images.allSatisfy { $0.geometry == made.labels.geometry })
        let labels = values(made.labels, as: UInt8.self)
        let counts = (0..<4).map { value in labels.count { $0 == value } }
        #expect(counts.dropFirst().allSatisfy { $0 > 10 } && counts.reduce(0, +) == 64_000)
        /// The mean of a channel over a part.
        func mean(_ channel: Int, _ part: UInt8) -> Double {
            let image = values(made.images[channel], as: Int16.self)
            let inside = zip(image, labels).filter { $0.1 == part }.map { Double($0.0) }
            return inside.reduce(0, +) / Double(inside.count)
        }
        #expect(mean(1, 3) > 1.15 * mean(1, 2) && mean(1, 3) > 1.15 * mean(1, 1))
        #expect(mean(3, 1) > 1.05 * mean(3, 2))
        let again = values(phantom.makeCase(index).labels, as: UInt8.self)
        #expect(again == labels)
    }

    @Test("are datasets whose regions come back in their order")
    func dataset() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "data").path
            try Phantom(size: [16, 16, 16], seed: 1, source: .tumours)
                .write(cases: 2, to: path, threads: 1)
            let dataset = try Dataset(contentsOf: path, threads: 1)
            #expect(dataset.channels == ["T1", "T1ce", "T2", "FLAIR"])
            #expect(dataset.labels == TumourBrain.table)
            #expect(dataset.training.allSatisfy { $0.images.count == 4 })
        }
    }
}
