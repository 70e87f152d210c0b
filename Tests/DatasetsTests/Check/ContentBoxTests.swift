import Foundation
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Empty space around images")
struct ContentBoxTests {
    /// A volume of 5 × 4 × 3 voxels with some that are not empty.
    private func volume(
        _ voxels: [SIMD3<Int>], empty: Float = 0, scaling: Scaling = .identity,
        affine: Affine = Affine(spacing: [1, 1, 1])
    ) -> Volume {
        var values = [Float](repeating: empty, count: 60)
        for voxel in voxels { values[(voxel.z * 4 + voxel.y) * 5 + voxel.x] = 7 }
        return Volume(
            shape: [5, 4, 3], affine: affine, samples: Samples(values), scaling: scaling)
    }

    private func box(_ volume: Volume) -> ContentBox? {
        volume.channelBuffers(of: Float.self) { ContentBox(of: $0, in: volume) }[0]
    }

    @Test("holds all voxels that are not 0, and no more")
    func box() throws {
        let found = try #require(box(volume([[1, 2, 0], [3, 1, 0]])))
        #expect(found.lower == [1, 1, 0] && found.upper == [4, 3, 1] && found.size == [3, 2, 1])
        #expect(box(volume([])) == nil)
        #expect(box(volume([], empty: 3))?.size == [5, 4, 3])
        #expect(box(volume([], empty: .nan))?.size == [5, 4, 3])
    }

    @Test("0 is what the scaling makes 0")
    func scaling() {
        let scaling = Scaling(slope: 2, intercept: -6)
        #expect(box(volume([[2, 2, 2]], empty: 3, scaling: scaling))?.size == [1, 1, 1])
        #expect(box(volume([[2, 2, 2]], empty: 0, scaling: scaling))?.size == [5, 4, 3])
    }

    @Test("along the body, whatever the order in the file")
    func body() throws {
        // The first axis runs upwards, the second to the left, the third to the front.
        let affine = Affine(x: [0, 0, 3], y: [-1, 0, 0], z: [0, 2, 0])
        let stored = volume([[1, 0, 1], [2, 1, 1]], affine: affine)
        let found = try #require(box(stored)).alongBody(stored.geometry)
        #expect(found.lower == [2, 1, 1] && found.upper == [4, 2, 3])
    }

    @Test("boxes of several channels are joined")
    func join() throws {
        let boxes = try [[SIMD3(1, 2, 0)], [SIMD3(3, 1, 2)]].map { try #require(box(volume($0))) }
        let joined = try #require(ContentBox(joining: boxes))
        #expect(joined.lower == [1, 1, 0] && joined.upper == [4, 3, 3])
        #expect(ContentBox(joining: []) == nil)
    }

    @Test("fingerprints keep the grid of each case")
    func fingerprint() throws {
        try withDataset { small in
            try small.writeNNUNet()
            try small.writeImage("imagesTr/b_0000.nii.gz", 5) { values in
                for index in values.indices where index % 6 < 2 { values[index] = 0 }
            }
            let found = try #require(DatasetCheck(contentsOf: small.path).fingerprint)
            #expect(found.grids.count == 3)
            #expect(found.grids[1].size == [6, 5, 4] && found.grids[1].croppedSize == [4, 5, 4])
            #expect(found.grids[1].spacing == [1, 1, 2])
        }
    }

    @Test("the record of a check keeps the grids, too")
    func record() throws {
        try withDataset { small in
            try small.writeNNUNet()
            try small.writeImage("imagesTr/b_0000.nii.gz", 5) { values in
                for index in values.indices where index % 6 < 2 { values[index] = 0 }
            }
            let expected = try #require(DatasetCheck(contentsOf: small.path).fingerprint)
            let cache = try PreparedCache(folder: small.path + "-cache")
            defer { try? FileManager.default.removeItem(atPath: small.path + "-cache") }
            let dataset = try Dataset(contentsOf: small.path, threads: 1)
            let names = SmallDataset.cases
            for _ in 0..<2 {
                let check = try TrainingCheck(
                    dataset, Split(training: names, validation: [], test: []), for: .training,
                    allowing: [], cache: cache, threads: 1)
                #expect(check.fingerprint(of: names)?.grids == expected.grids)
                #expect(check.fingerprint(of: ["b"])?.grids.first?.croppedSize == [4, 5, 4])
            }
        }
    }

    @Test("documents of fingerprints that have no grids are read")
    func former() throws {
        try withDataset { small in
            try small.writeNNUNet()
            let found = try #require(DatasetCheck(contentsOf: small.path).fingerprint)
            let text = String(decoding: try JSONEncoder().encode(found), as: UTF8.self)
            var former = try #require(
                JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            former["grids"] = nil
            let data = try JSONSerialization.data(withJSONObject: former)
            let read = try JSONDecoder().decode(Fingerprint.self, from: data)
            #expect(read.grids.isEmpty && read.labels == found.labels && read.size == found.size)
            let whole = try JSONDecoder().decode(Fingerprint.self, from: Data(text.utf8))
            #expect(whole == found)
        }
    }
}
