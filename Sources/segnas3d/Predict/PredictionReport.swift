internal import Datasets
internal import Host

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
        /// What readers of the case's files remark on; left out of JSON where there is nothing.
        var warnings: [DatasetFault] = []
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

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(state, forKey: .state)
            try container.encodeIfPresent(file, forKey: .file)
            try container.encodeIfPresent(seconds, forKey: .seconds)
            try container.encodeIfPresent(error, forKey: .error)
            if !warnings.isEmpty {
                try container.encode(warnings.map(\.description), forKey: .remarks)
            }
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

    /// A line for each kind of remark.
    var warnings: [String] {
        DatasetFault.summary(cases.flatMap(\.warnings)).map { "Warning: " + $0.printable }
    }

    /// A line for each case that failed.
    var failures: [String] { cases.compactMap(\.error) }
}
