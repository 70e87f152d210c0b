internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASTorch

/// The shortest time of several calls, after one to warm up.
public func shortestSeconds(repetitions: Int, _ body: () throws -> Void) rethrows -> Double {
    try body()
    return try (0..<repetitions).reduce(.infinity) { shortest, _ in
        let start = ContinuousClock.now
        try body()
        return min(shortest, (ContinuousClock.now - start) / .seconds(1))
    }
}

/// The resident memory of this process in bytes, as Linux counts it.
public enum ResidentMemory {
    /// Resets the peak to the memory that is resident now, and returns that.
    public static func restartPeak() -> UInt64 {
        try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
        return value("VmRSS")
    }

    public static func current() -> UInt64 {
        value("VmRSS")
    }

    public static func peak() -> UInt64 {
        value("VmHWM")
    }

    private static func value(_ key: String) -> UInt64 {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(key + ":") }
        let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
        return (kibibytes.flatMap { UInt64($0) } ?? 0) * 1024
    }
}

/// The speed of training a network here, from steps on images of zeros.
struct TrainingPace {
    /// Seconds of a training step.
    let step: Double
    /// Seconds of the validation of all cases.
    let validation: Double
    /// Seconds of an epoch and its validation; reading and augmentation run beside them.
    let epoch: Double
    /// Multiplications and additions of one image's forward pass, to which times are roughly proportional.
    let multiplyAdds: Double

    /// Repetitions, of which the shortest counts.
    private static let repetitions = 2

    init(_ task: TrainingTask, _ work: EpochWork, devices: [Device]) throws {
        let device = devices[0]
        let options = task.options
        let plan = try task.networkPlan()
        multiplyAdds = Double(plan.multiplyAdds(size: task.size))
        let training = try SyntheticTraining(
            plan, size: task.size, options: options, devices: devices)
        let prediction = try SyntheticPrediction(
            plan, size: task.size, precision: options.precision, device: device)
        step = try shortestSeconds(repetitions: Self.repetitions) {
            try training.step()
            try device.synchronize()
        }
        let pass = try shortestSeconds(repetitions: Self.repetitions) {
            try prediction.run()
            try device.synchronize()
        }
        validation = pass * Double(work.validationPasses)
        epoch = step * Double(work.steps) + validation
    }
}
