import Foundation
import SegNASDatasets
import SegNASHost
import SegNASSearch
import SegNASSegmentation
import TestSupport
import Testing

/// What nnU-Net's own planner says, as `Fixtures/plans.py` has it from nnunetv2 2.8.1.
struct PlannedDataset: Decodable, CustomTestStringConvertible, Sendable {
    struct Resolution: Decodable, Sendable {
        var spacing: SIMD3<Double>
        var medianSize: SIMD3<Double>
        var patch: SIMD3<Int>
        var strides: [SIMD3<Int>]
        var kernels: [SIMD3<Int>]
        var batchSize: Int
    }

    var name: String
    var spacings: [SIMD3<Double>]
    var sizes: [SIMD3<Int>]
    var channels: Int
    var classes: Int
    var gigabytes: Double
    var full: Resolution
    var low: Resolution?

    var testDescription: String { name }

    static let all: [PlannedDataset] = {
        do { return try fixture("plans.json", in: .module) } catch {
            preconditionFailure("plans.json: \(error)")
        }
    }()

    static func named(_ name: String) throws -> PlannedDataset {
        try #require(all.first { $0.name == name })
    }

    var grids: [Fingerprint.Grid] {
        zip(spacings, sizes).map { spacing, size in
            Fingerprint.Grid(size: size, croppedSize: size, spacing: spacing)
        }
    }

    func plan(_ cost: StepCost? = nil) throws -> DatasetPlan {
        try DatasetPlan(
            grids, channels: (0..<channels).map { "T\($0)" },
            cost: cost ?? .nnUNet(classes: classes, gigabytes: gigabytes))
    }
}

@Suite("Plans of datasets")
struct DatasetPlanTests {
    @Test("equal nnU-Net's", arguments: PlannedDataset.all)
    func equal(_ dataset: PlannedDataset) throws {
        let plan = try dataset.plan()
        expect(plan.fullResolution, dataset.full)
        #expect((plan.lowResolution == nil) == (dataset.low == nil))
        if let low = plan.lowResolution, let expected = dataset.low { expect(low, expected) }
    }

    private func expect(_ plan: ResolutionPlan, _ expected: PlannedDataset.Resolution) {
        let difference = plan.spacing / expected.spacing - 1
        #expect(max(difference.max(), -difference.min()) < 1e-12, "\(plan.spacing)")
        #expect(plan.medianSize == expected.medianSize)
        #expect(plan.patch == expected.patch)
        #expect(plan.levels.strides == expected.strides)
        #expect(plan.levels.kernels == expected.kernels)
        #expect(plan.batchSize == expected.batchSize)
    }

    @Test(
        "real images have the sizes that nnU-Net finds, and its plan",
        .enabled(if: RealData.isHere),
        arguments: [
            ("hippocampus", "Task04_Hippocampus"), ("brains", "Dataset019_Brains"),
        ])
    func real(_ name: String, _ folder: String) throws {
        let expected = try PlannedDataset.named(name)
        let check = DatasetCheck(contentsOf: RealData.path(folder))
        let (dataset, found) = (try #require(check.dataset), try #require(check.fingerprint))
        func text(_ grids: [Fingerprint.Grid]) -> [String] {
            grids.map { "\($0.croppedSize) \($0.spacing)" }.sorted()
        }
        #expect(text(found.grids) == text(expected.grids))
        let plan = try DatasetPlan(
            found.grids, channels: dataset.channels,
            cost: .nnUNet(classes: dataset.labels.classCount))
        expect(plan.fullResolution, expected.full)
        #expect(plan.lowResolution == nil)
    }

    // MARK: - What nnU-Net does not say

    @Test("a hippocampus is seen as a whole, and of a CT a small part")
    func share() throws {
        let hippocampus = try PlannedDataset.named("hippocampus").plan()
        #expect(hippocampus.fullResolution.share == 1 && !hippocampus.isPatchSmall)
        let fitting = hippocampus.fullResolution.wholeCases
        #expect(fitting > 100 && fitting < 200 && !hippocampus.fullResolution.holdsWholeImage)
        let scan = try PlannedDataset.named("CT of 2 mm").plan()
        #expect(scan.isPatchSmall && scan.fullResolution.wholeCases == 0)
        let low = try #require(scan.lowResolution)
        #expect(low.share >= 0.25 && low.spacing.max() > scan.fullResolution.spacing.max())
        #expect(low.preparedBytes < scan.fullResolution.preparedBytes)
    }

    @Test("prepared cases need four bytes a channel and one for the label, without empty space")
    func disk() throws {
        let grid = Fingerprint.Grid(
            size: [20, 20, 20], croppedSize: [10, 20, 20], spacing: [1, 1, 1])
        let other = Fingerprint.Grid(
            size: [10, 10, 10], croppedSize: [10, 10, 10], spacing: [2, 2, 2])
        let plan = try DatasetPlan(
            [grid, other, grid], channels: ["CT", "PET"], cost: .nnUNet(classes: 2))
        #expect(plan.fullResolution.spacing == [1, 1, 1])
        #expect(plan.fullResolution.preparedBytes.bytes == (4000 + 8000 + 4000) * 9)
        #expect(plan.keptShare == 0.5)
        #expect(plan.channels.map(\.normalization) == [.ct, .zScore])
    }

    @Test("memory decides on patch and batch", arguments: [2.0, 1, 0.25])
    func memory(_ gigabytes: Double) throws {
        let limit = ByteCount(UInt64(gigabytes * Double(1 << 30)))
        let cost = StepCost(limit: limit) { patch, batch in
            1e6 + Double(patch.size.x * patch.size.y * patch.size.z * batch) * 500
        }
        let plan = try PlannedDataset.named("brains").plan(cost).fullResolution
        #expect(plan.stepBytes <= limit && plan.stepBytes > ByteCount(limit.bytes / 2))
        #expect(plan.batchSize == 2 && plan.patch % plan.levels.unit == .zero)
        let more = 1e6 + Double(plan.patch.x * plan.patch.y * plan.patch.z * 3) * 500
        #expect(more > Double(limit.bytes))
    }

    @Test("what was given is kept, and the rest planned around it")
    func given() throws {
        let brains = try PlannedDataset.named("brains")
        let own = try brains.plan().fullResolution
        func plan(_ given: GivenChoices) throws -> ResolutionPlan {
            let cost = StepCost.nnUNet(classes: brains.classes, gigabytes: brains.gigabytes)
            return try DatasetPlan(brains.grids, channels: ["T1"], cost: cost, given: given)
                .fullResolution
        }
        #expect(try plan(GivenChoices()) == own)
        let patch = try plan(GivenChoices(patch: [50, 60, 70]))
        #expect(patch.patch == [50, 60, 70] && patch.spacing == own.spacing)
        #expect(patch.reasons.patch == "as it was asked for" && patch.batchSize > own.batchSize)
        let coarse = try plan(GivenChoices(spacing: [2, 2, 2], batchSize: 5))
        #expect(coarse.spacing == [2, 2, 2] && coarse.batchSize == 5)
        #expect(coarse.medianSize.max() < own.medianSize.max())
        // A larger batch leaves less room for the patch.
        let limit = ByteCount(1 << 30)
        let cost = StepCost(limit: limit) { patch, batch in
            Double(patch.size.x * patch.size.y * patch.size.z * batch) * 500
        }
        let eight = try DatasetPlan(
            brains.grids, channels: ["T1"], cost: cost, given: GivenChoices(batchSize: 8)
        ).fullResolution
        #expect(eight.batchSize == 8 && eight.stepBytes <= limit)
        #expect(eight.reasons.patch.contains("a training step on 8 patches has room for"))
        // As many steps as see all voxels once, whatever the patch.
        let voxels = own.medianSize.x * own.medianSize.y * own.medianSize.z * 12
        let seen = patch.stepsPerEpoch * patch.batchSize * 50 * 60 * 70
        #expect(abs(Double(seen) / voxels - 1) < 0.1, "\(patch.stepsPerEpoch)")
    }

    @Test("faults: nothing to plan for, and no memory for anything")
    func faults() throws {
        let cost = StepCost(limit: ByteCount(1000)) { _, batch in Double(batch) * 1e6 }
        #expect(throws: PlanError.noGrids) {
            try DatasetPlan([], channels: ["T1"], cost: cost)
        }
        let needed = ByteCount(2_000_000)
        #expect(throws: PlanError.tooLittleMemory(needed: needed, limit: ByteCount(1000))) {
            try PlannedDataset.named("brains").plan(cost)
        }
    }

    @Test("a plan is read as it was written")
    func coding() throws {
        let plan = try PlannedDataset.named("CT of 2 mm").plan()
        let data = try JSONEncoder().encode(plan)
        #expect(try JSONDecoder().decode(DatasetPlan.self, from: data) == plan)
    }

    @Test("each choice has its reason")
    func reasons() throws {
        let prostate = try PlannedDataset.named("prostate").plan().fullResolution.reasons
        #expect(
            prostate.spacing.hasSuffix("along z, where voxels are 6 × longer, the 10th percentile"))
        #expect(prostate.levels.contains("kernels are 1 along z where"))
        let scan = try PlannedDataset.named("CT of 2 mm").plan()
        #expect(scan.fullResolution.reasons.spacing == "the median of 100 cases along each axis")
        #expect(scan.fullResolution.reasons.patch.hasPrefix("as much of the median image"))
        let hippocampus = try PlannedDataset.named("hippocampus").plan().fullResolution.reasons
        #expect(hippocampus.patch.hasPrefix("the median image, rounded up to a multiple of 8×8×8"))
        #expect(
            hippocampus.batchSize.hasPrefix("5 % of the voxels")
                || hippocampus.batchSize.hasPrefix("as many"))
    }
}
