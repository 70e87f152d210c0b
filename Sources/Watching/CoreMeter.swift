internal import SegNASHost

/// How many cores processes of this machine have kept busy since they were looked at before.
///
/// What a worker has spent counts for its coordinator when it has ended, so that their sum goes on.
struct CoreMeter {
    private var before: (time: Double, seconds: Double)?
    private var lately: Double?

    /// - Parameter processes: The numbers of a coordinator and its workers, or of one process.
    /// - Returns: Nil before they have been seen for a while.
    mutating func busyCores(_ processes: [Int32]) -> Double? {
        let time = currentTime()
        let seconds = processes.compactMap { ProcessTable.busySeconds(of: $0) }.reduce(0, +)
        guard let before, !processes.isEmpty else {
            before = processes.isEmpty ? nil : (time, seconds)
            return nil
        }
        // Shorter times would show the clock's ticks.
        guard time - before.time >= 5 else { return lately }
        lately = max(0, seconds - before.seconds) / (time - before.time)
        self.before = (time, seconds)
        return lately
    }
}
