import Foundation
import SegNASImaging
import TestSupport
import Testing

/// Metrics of labels 1, 2 and so on as MONAI computes them; nil if it says NaN or infinity.
struct MonaiMetrics: Decodable, Sendable {
    let dice: [Double?]
    let iou: [Double?]
    let sensitivity: [Double?]
    let precision: [Double?]
    let hausdorff: [Double?]
    let hausdorff95: [Double?]
    let average: [Double?]
    let surfaceDice: [Double?]

    /// Expects the same numbers; which are defined differs where MONAI says so.
    func expectEqual(_ comparison: LabelComparison, _ what: String) {
        for (index, metrics) in comparison.labels.enumerated() {
            let distances = metrics.distances
            let overlap = metrics.overlap
            // MONAI leaves out labels that the reference lacks; a prediction of them is wrong all the same.
            if metrics.presence != .predictionOnly {
                expect(overlap.dice, dice[index], "Dice \(what)")
                expect(overlap.iou, iou[index], "IoU \(what)")
            }
            if metrics.presence == .both {
                expect(overlap.sensitivity, sensitivity[index], "sensitivity \(what)")
                expect(overlap.precision, precision[index], "precision \(what)")
            }
            expect(distances?.hausdorff, hausdorff[index], "HD \(what)")
            expect(distances?.hausdorffPercentile, hausdorff95[index], "HD95 \(what)")
            expect(distances?.average, average[index], "ASSD \(what)")
            expect(metrics.surfaceDice, surfaceDice[index], "NSD \(what)")
        }
    }

    private func expect(_ ours: Double?, _ theirs: Double?, _ what: String) {
        guard let ours, let theirs else {
            #expect(ours == theirs, "\(what)")
            return
        }
        #expect(abs(ours - theirs) < 1e-4, "\(what): \(ours) instead of \(theirs)")
    }
}

/// The cases of a file in Fixtures.
func fixtureCases<Case: Decodable>(_ name: String) throws -> [Case] {
    try fixture(name + ".json", as: [String: [Case]].self, in: .module)["cases"] ?? []
}
