/// The labels of an evaluation and the file that names them.
struct EvaluationLabels {
    /// Nil where no file names them: then all that occur are judged.
    private(set) var table: LabelTable?
    private(set) var faults: [EvaluationFault] = []

    /// Reads the named file, or else the first `dataset.json` with labels that lies in the folder of references, around
    /// it, or in that of predictions.
    init(named: String?, references: String, predictions: String) {
        if let named {
            read(named, mustHaveLabels: true)
            return
        }
        for folder in [references, "\(references)/..", predictions] {
            guard LayoutReader(folder: folder, threads: 1).exists("dataset.json") else { continue }
            read("\(folder)/dataset.json", mustHaveLabels: false)
            guard table == nil, faults.isEmpty else { return }
        }
    }

    private mutating func read(_ path: String, mustHaveLabels: Bool) {
        var reader = LayoutReader(folder: ".", threads: 1)
        if let json = reader.object(in: path) {
            if let labels = json["labels"] {
                table = reader.labelTable(labels, file: path)
            } else if mustHaveLabels {
                reader.report(.keyMissing("labels"), file: path)
            }
        }
        faults += reader.faults.map { EvaluationFault(.names($0), file: path) }
    }
}
