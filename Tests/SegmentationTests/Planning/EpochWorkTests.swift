import SegNASDatasets
import SegNASSegmentation
import Testing

@Suite("Work of an epoch")
struct EpochWorkTests {
    private let split = Split(training: ["a", "b", "c"], validation: ["d"], test: ["e"])
    private let grids = Dictionary(
        uniqueKeysWithValues: ["a", "b", "c", "d", "e"].map { name in
            let grid = Fingerprint.Grid(
                size: [40, 40, 20], croppedSize: [32, 32, 20], spacing: [1, 1, 2])
            return (name, grid)
        })

    private func work(
        _ preparation: PreparationOptions, _ change: (inout TrainingOptions) -> Void = { _ in }
    ) -> EpochWork {
        var options = TrainingOptions()
        options.batchSize = 2
        change(&options)
        return EpochWork(split, grids: grids, preparation: preparation, options: options)
    }

    @Test("whole images are seen once each")
    func whole() {
        let work = work(PreparationOptions(size: [16, 16, 16]))
        #expect(work.steps == 2 && work.validationPasses == 1)
    }

    @Test("patches show all voxels about once, and tiles cover a validation case")
    func patches() {
        // 32×32×20 voxels as stored: five patches of 16³ each, and 2×2×2 tiles.
        let stored = work(PreparationOptions(size: [16, 16, 16], fit: .patch))
        #expect(stored.steps == 8 && stored.validationPasses == 8)
        // 32×32×40 of 1 mm.
        let fine = work(
            PreparationOptions(size: [16, 16, 16], fit: .patch, spacing: .fixed(mm: [1, 1, 1])))
        #expect(fine.steps == 15 && fine.validationPasses == 12)
        let isotropic = work(
            PreparationOptions(size: [16, 16, 16], fit: .patch, spacing: .isotropic))
        #expect(isotropic == fine)
        let given = work(PreparationOptions(size: [16, 16, 16], fit: .patch)) {
            $0.stepsPerEpoch = 250
        }
        #expect(given.steps == 250)
    }
}
