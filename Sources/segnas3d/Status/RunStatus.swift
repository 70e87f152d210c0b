internal import SegNASHost
internal import SegNASSegmentation

/// How far a run of `train` is: what `status` prints of it.
struct RunStatus: Encodable {
    let schema = 1
    /// Done, and asked for.
    let epochs: Int
    let allEpochs: Int?
    /// The epoch with the highest validation Dice until now.
    let best: Best?
    /// The finished model; nil before.
    let model: String?

    struct Best: Encodable {
        let epoch: Int
        let dice: Double
    }

    init(of run: String) {
        let records = JSONDocument.lines(of: "\(run)/log.jsonl", as: EpochRecord.self)
        epochs = records.map(\.epoch).max() ?? 0
        best = records.compactMap { record in
            record.validation?.mean.map { Best(epoch: record.epoch, dice: $0) }
        }.max { ($0.dice, $1.epoch) < ($1.dice, $0.epoch) }
        struct Plan: Decodable { var options: TrainingOptions }
        let plan = try? JSONDocument.read(Plan.self, from: "\(run)/plan.json")
        allEpochs = plan?.options.epochs
        let model = "\(run)/\(ModelLocation.modelOfRun)"
        self.model = TrainingRecord(ofModel: model) == nil ? nil : model
    }

    func text(of run: String) -> String {
        let goal = allEpochs.map { " of \($0)" } ?? ""
        var lines = ["\(run) is a run of segnas3d train: \(epochs)\(goal) epochs are done"]
        if let best {
            lines.append("best so far: epoch \(best.epoch), validation Dice \(decimal(best.dice))")
        }
        lines.append(model.map { "complete: \($0)" } ?? "its command goes on with it")
        return lines.joined(separator: "\n")
    }
}
