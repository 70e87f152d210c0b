import Foundation
import SegNASImaging
import SegNASRandomness
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Voxels of the classes of a label map")
struct ClassVoxelsTests {
    private func labels(_ count: Int, seed: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        // Class 3 is missing, 255 is to be ignored.
        return (0..<count).map { _ in [0, 1, 2, 2, 2, 4, 255].randomElement(using: &generator) ?? 0
        }
    }

    @Test("every voxel of small classes is kept, of large ones as many as there is room for")
    func positions() {
        let labels = labels(5000, seed: 1)
        let found = ClassVoxels(of: Samples(labels), limit: 900)
        #expect(found.counts == (0...4).map { label in labels.count { Int($0) == label } })
        for label in 1...4 {
            let all = labels.indices.filter { Int(labels[$0]) == label }.map(UInt32.init)
            let kept = found.positions[label]
            #expect(kept.count == min(all.count, 900))
            #expect(Set(kept).isSubset(of: all) && kept == kept.sorted())
            // Each tenth of the class has its share of what is kept.
            for tenth in 0..<10 where all.count > 900 {
                let part = all[tenth * all.count / 10..<(tenth + 1) * all.count / 10]
                let share = kept.count { part.contains($0) }
                #expect(abs(share - 90) <= 1)
            }
        }
        #expect(found.positions[0].isEmpty && found.positions[3].isEmpty)
        #expect(ClassVoxels(of: Samples(labels), limit: 900) == found)
    }

    @Test("background alone, and nothing but voxels to ignore")
    func empty() {
        let background = ClassVoxels(of: Samples([UInt8](repeating: 0, count: 8)))
        #expect(background.counts == [8] && background.positions == [[]])
        let ignored = ClassVoxels(of: Samples([UInt8](repeating: 255, count: 8)))
        #expect(ignored.counts == [0] && ignored.positions == [[]])
    }

    @Test("the file gives back what was written, and nothing where it is cut")
    func file() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "classes.bin").path
            let voxels = ClassVoxels(of: Samples(labels(5000, seed: 2)))
            try voxels.write(to: path)
            #expect(ClassVoxels(contentsOf: path) == voxels)
            let bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
            for count in [0, 7, 8, 30, bytes.count - 1] {
                let cut = folder.appending(path: "cut\(count)").path
                try Data(bytes.prefix(count)).write(to: URL(filePath: cut))
                #expect(ClassVoxels(contentsOf: cut) == nil)
            }
            // A file that claims 2⁶⁴ classes or voxels.
            for place in [0, 8, 16] {
                var wrong = bytes
                for index in place..<place + 8 { wrong[index] = 0xFF }
                let path = folder.appending(path: "wrong\(place)").path
                try Data(wrong).write(to: URL(filePath: path))
                #expect(ClassVoxels(contentsOf: path) == nil)
            }
        }
    }
}
