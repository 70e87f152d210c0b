import Foundation
import TestSupport
import Testing

@testable import SegNASStudy

@Suite("A search on a simulated cluster")
struct ClusterSimulationTests {
    @Test("with lost jobs and late results every trial is recorded once, and the slots are busy")
    func busy() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "study").path
            var simulation = ClusterSimulation(slots: 24, trials: 120)
            // Fewer steps than in a search, so that it takes seconds.
            simulation.pause = 4
            let outcome = try simulation.run(in: path)
            #expect(outcome.trained >= 120 && outcome.recordedOnce == outcome.trained)
            #expect(outcome.tally.published == outcome.trained)
            #expect(outcome.tally.lost > 3 && outcome.tally.late > 0, "\(outcome.tally)")
            #expect(outcome.utilization >= 0.95, "\(outcome.utilization)")
            #expect(outcome.wholeUtilization < outcome.utilization)
            try StudyLedger(opening: path).checkInvariants()
        }
    }
}
