internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost

extension PredictionResult {
    private func count(_ state: State) -> Int { cases.count { $0.state == state } }

    /// With errors as the command line tells them.
    var spelled: PredictionResult {
        var result = self
        for index in cases.indices {
            result.cases[index].error = cases[index].error.map { Flags.spelled(in: $0) }
        }
        return result
    }

    /// How the program ends; nil where all is well.
    var exitCode: ProgramExit? {
        let failed = cases.filter { $0.state == .failed }
        guard !failed.isEmpty else { return nil }
        return failed.allSatisfy(\.isOutOfMemory) ? .outOfMemory : .failed
    }

    /// A line on the whole.
    func text() -> String {
        var counts = ["\(count(.predicted)) predicted"]
        if count(.kept) > 0 { counts.append("\(count(.kept)) there already") }
        if count(.failed) > 0 { counts.append("\(count(.failed)) failed") }
        return "\(output): " + counts.joined(separator: ", ")
    }

    /// A line for each kind of remark.
    var warnings: [String] {
        DatasetFault.summary(cases.flatMap(\.warnings)).map { "Warning: " + $0.printable }
    }
}
