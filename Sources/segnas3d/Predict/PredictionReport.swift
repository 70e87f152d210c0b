/// What became of the cases that were to be predicted.
struct PredictionReport: Encodable {
    private(set) var schema = 1
    var output: String
    var cases: [Entry]
    /// What of the inputs is left out, and why.
    var notes: [String]

    enum State: String, Encodable {
        case predicted
        /// Was there already.
        case kept
        case failed
    }

    struct Entry: Encodable {
        /// The case, or the input that holds none.
        var name: String
        var state: State
        var file: String?
        var seconds: Double?
        var error: String?
        /// What is to be known of its images; left out where there is nothing.
        var remarks: [String]?
        var isOutOfMemory = false

        init(_ name: String, _ state: State, error: String? = nil) {
            self.name = name
            self.state = state
            self.error = error
        }

        enum CodingKeys: String, CodingKey {
            case name = "case"
            case state, file, seconds, error, remarks
        }
    }

    init(output: String, cases: [Entry], notes: [String]) {
        self.output = output
        self.cases = cases
        self.notes = notes
    }

    private func count(_ state: State) -> Int { cases.count { $0.state == state } }

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

    /// A line for each remark on a case.
    var remarks: [String] {
        cases.flatMap { entry in (entry.remarks ?? []).map { "\(entry.name): \($0)" } }
    }

    /// A line for each case that failed.
    var failures: [String] { cases.compactMap(\.error) }
}
