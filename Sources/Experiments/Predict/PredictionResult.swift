public import SegNASDatasets

/// What became of the cases that were to be predicted.
public struct PredictionResult: Encodable {
    public private(set) var schema = 1
    public var output: String
    public var cases: [Entry]
    /// What of the inputs is left out, and why.
    public var notes: [String]

    public enum State: String, Encodable {
        case predicted
        /// Was there already.
        case kept
        case failed
    }

    public struct Entry: Encodable {
        /// The case, or the input that holds none.
        public var name: String
        public var state: State
        public var file: String?
        public var seconds: Double?
        public var error: String?
        /// What readers of the case's files remark on; left out of JSON where there is nothing.
        public var warnings: [DatasetFault] = []
        public var isOutOfMemory = false

        init(_ name: String, _ state: State, error: String? = nil) {
            self.name = name
            self.state = state
            self.error = error
        }

        enum CodingKeys: String, CodingKey {
            case name = "case"
            case state, file, seconds, error, remarks
        }

        public func encode(to encoder: any Encoder) throws {
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

    /// A line for each case that failed.
    public var failures: [String] { cases.compactMap(\.error) }
}
