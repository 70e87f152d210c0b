import FoundationEssentials
internal import Glibc
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASTorch

/// Predicted and measured memory of a training step, network by network.
struct MemoryBench {
    let json: Bool
    /// Steps that would need more are not run.
    let limit: ByteCount

    struct Row: Encodable {
        let schema = 1
        let workload = "memory"
        var network: String
        var size: Int
        var batch: Int
        var precision: String
        var parameters: Int
        /// Bytes of tensors at the peak; nil where the step was not run.
        var predictedBytes: UInt64?
        var measuredBytes: UInt64?
        /// By how much the process's resident memory grew at the most.
        var residentBytes: UInt64?
        var predictionSeconds: Double
        var note: String?
    }

    func run() throws {
        for trial in MemoryBenchmarkCase.sample(40, sizes: [32, 48, 64, 80, 96]) {
            show(try row(trial))
        }
    }

    private func row(_ trial: MemoryBenchmarkCase) throws -> Row {
        let start = ContinuousClock.now
        let prediction = try trial.prediction()
        var row = Row(
            network: "\(trial.network)", size: trial.size, batch: trial.batch,
            precision: trial.precision.rawValue, parameters: try trial.parameters(),
            predictedBytes: prediction?.training.bytes,
            predictionSeconds: (ContinuousClock.now - start) / .seconds(1))
        guard let prediction else {
            row.note = "too few values per channel to train"
            return row
        }
        guard prediction.trainingProcess < limit else {
            row.note = "more than \(limit): not run"
            return row
        }
        try TensorMemory.trim()
        let before = ResidentMemory.restartPeak()
        row.measuredBytes = try trial.measuredPeak().bytes
        row.residentBytes = ResidentMemory.peak() - before
        return row
    }

    private func show(_ row: Row) {
        if json, let line = try? JSONDocument.text(of: row, .line) {
            print(line)
        } else {
            print(text(row))
        }
        fflush(nil)
    }

    private func text(_ row: Row) -> String {
        let name = "\(row.network) \(row.size)³ × \(row.batch) \(row.precision)"
        guard let predicted = row.predictedBytes else { return "\(name): \(row.note ?? "")" }
        guard let measured = row.measuredBytes, let resident = row.residentBytes else {
            return "\(name): predicted \(ByteCount(predicted)), \(row.note ?? "")"
        }
        let error = (Double(predicted) / Double(measured) - 1) * 1000
        let seconds = (row.predictionSeconds * 10_000).rounded() / 10
        return "\(name): predicted \(ByteCount(predicted)), measured \(ByteCount(measured)), "
            + "error \(error.rounded() / 10) %, resident \(ByteCount(resident)), in \(seconds) ms"
    }
}
