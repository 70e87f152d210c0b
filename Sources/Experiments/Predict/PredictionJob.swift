public import SegNASDatasets
public import SegNASSegmentation

/// Predicts cases and writes them to a folder.
public struct PredictionJob {
    let predictor: Predictor
    let folder: PredictionFolder
    /// The first stage, if the predictor is the second stage of a cascade.
    let firstStage: FirstStagePredictor?
    /// Called after every case, and between the tiles of one; true ends the job.
    let isEndRequested: () -> Bool
    /// Called after every case with the number that is done of those to predict.
    let report: (_ done: Int, _ all: Int) -> Void

    public init(
        predictor: Predictor, folder: PredictionFolder, firstStage: FirstStagePredictor? = nil,
        isEndRequested: @escaping () -> Bool = { false },
        report: @escaping (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) {
        self.predictor = predictor
        self.folder = folder
        self.firstStage = firstStage
        self.isEndRequested = isEndRequested
        self.report = report
    }

    /// Predicts the cases that the folder does not hold yet; one that fails does not stop the others.
    public func run(_ inputs: ImageInputs) -> PredictionResult {
        var entries = inputs.faults.map { fault in
            PredictionResult.Entry(
                fault.caseIdentifier ?? fault.file ?? "", .failed, error: "\(fault)")
        }
        var missing: [Dataset.Case] = []
        for subject in inputs.cases {
            guard subject.isFileName else {
                let name = subject.identifier
                entries.append(.init(name, .failed, error: "\(name): no file can have this name"))
                continue
            }
            do {
                if try folder.holds(subject) {
                    try folder.complete(subject)
                    entries.append(folder.entry(subject, .kept))
                } else {
                    missing.append(subject)
                }
            } catch {
                entries.append(.init(subject.identifier, .failed, error: "\(error)"))
            }
        }
        entries += predictStages(of: missing)
        return PredictionResult(output: folder.path, cases: entries, notes: inputs.notes)
    }

    /// Predicts cases with the first stage of a cascade, if there is one, then with the second.
    ///
    /// What the first stage has predicted is kept until nothing is left to do: an interrupted command needs it.
    private func predictStages(of cases: [Dataset.Case]) -> [PredictionResult.Entry] {
        guard let firstStage, !cases.isEmpty else { return predict(cases) }
        let all = cases.count
        do {
            let first = try firstStage.predict(cases, isEndRequested: isEndRequested) {
                [report] done, _ in report(done, 2 * all)
            }
            let entries = first.failed + predict(first.cases, done: all, of: 2 * all)
            if entries.count == all { firstStage.remove() }
            return entries
        } catch {
            return cases.map { .init($0.identifier, .failed, error: "\(error)") }
        }
    }

    /// Predicts cases; those that an end leaves out have no entry.
    ///
    /// Of all steps that are reported, `before` are done.
    private func predict(
        _ cases: [Dataset.Case], done before: Int = 0, of all: Int? = nil
    ) -> [PredictionResult.Entry] {
        let states = Dictionary(cases.map { ($0.identifier, folder.state(of: $0)) }) { first, _ in
            first
        }
        var entries: [PredictionResult.Entry] = []
        let writer = PredictionWriter(folder) { entry in
            entries.append(entry)
            report(before + entries.count, all ?? cases.count)
        }
        var begin = ContinuousClock.now
        let checkEnd = { [isEndRequested] (done: Int, all: Int) throws(EndRequest) in
            if done < all, isEndRequested() { throw EndRequest() }
        }
        predictor.predict(cases, progress: checkEnd) { subject, result in
            if case .failure(let error) = result, error is EndRequest { return false }
            do {
                try writer.write(
                    result.get(), of: subject, state: states[subject.identifier] ?? nil
                ) { (ContinuousClock.now - begin) / .seconds(1) }
            } catch {
                writer.fail(subject, error)
            }
            begin = .now
            return !isEndRequested()
        }
        writer.finish()
        return entries
    }
}

/// Ends a case whose tiles are not all done.
private struct EndRequest: Error {}

extension Dataset.Case {
    /// True if a file can be named after the case: descriptions may name cases in any way.
    fileprivate var isFileName: Bool {
        !identifier.isEmpty && !identifier.hasPrefix(".") && !identifier.contains("/")
            && !identifier.contains("\0")
    }
}

/// The outcomes of the cases that were to be predicted.
public struct PredictionResult: Encodable {
    public private(set) var schema = 1
    public var output: String
    public var cases: [Entry]
    /// Notes on inputs that were left out.
    public var notes: [String]

    public enum State: String, Encodable {
        case predicted
        /// Existed already.
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
        /// Remarks on the case's files; left out of JSON if there are none.
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
