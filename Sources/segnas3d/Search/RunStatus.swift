internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSegmentation

/// The progress of a run of `train` as text or JSON.
struct RunStatus: Encodable {
    let schema = 1
    /// Epochs that are done, and those to do.
    let epochs: Int
    let allEpochs: Int?
    /// The devices that the run is trained on, or was last; nil before it has begun.
    let devices: [String]?
    /// The threads of the CPU; nil before the run has begun.
    let threads: Int?
    /// The epoch with the highest validation Dice so far.
    let best: Best?
    /// The finished model; nil until the run is complete.
    let model: String?

    struct Best: Encodable {
        let epoch: Int
        let dice: Double
    }

    init(of run: String) {
        let records = EpochRecord.all(ofRun: run)
        epochs = records.last?.epoch ?? 0
        best = records.compactMap { record in
            record.validation?.mean.map { Best(epoch: record.epoch, dice: $0) }
        }.max { ($0.dice, $1.epoch) < ($1.dice, $0.epoch) }
        let plan = try? JSONDocument.read(Plan.self, from: "\(run)/plan.json")
        allEpochs = plan?.options.epochs
        (devices, threads) = (plan?.deviceNames, plan?.place?.threads ?? plan?.threads)
        let model = "\(run)/\(ModelLocation.modelOfRun)"
        self.model = TrainingRecord(ofModel: model) == nil ? nil : model
    }

    /// What a run's plan says of its training.
    private struct Plan: Decodable {
        let options: TrainingOptions
        let device: String
        let devices: Int?
        let threads: Int
        let place: Place?

        struct Place: Decodable {
            let devices: [String]
            let threads: Int
        }

        /// In plans of earlier versions GPUs have no numbers.
        var deviceNames: [String] {
            place?.devices ?? Array(repeating: device, count: devices ?? 1)
        }
    }

    /// As text; `work` is the folder that resumes it, if it is a part of other work.
    func text(of run: String, in work: String? = nil) -> String {
        let goal = allEpochs.map { " of \($0)" } ?? ""
        var lines = ["\(run) is a run of segnas3d train: \(epochs)\(goal) epochs are done"]
        if let place { lines.append(place) }
        if let best {
            lines.append("best so far: epoch \(best.epoch), validation Dice \(decimal(best.dice))")
        }
        lines.append(
            model.map { "complete: \($0)" }
                ?? "not complete: to resume, run segnas3d train --output \(work ?? run)")
        return lines.joined(separator: "\n")
    }

    /// The devices and threads as a line of text.
    var place: String? {
        guard let devices, let threads else { return nil }
        let names = devices.joined(separator: ", ")
        let words = devices.count > 1 ? "\(devices.count) devices (\(names))" : names
        return "trained on \(words) with \(counted(threads, "thread"))"
    }
}
