internal import SegNASHost

/// How many cores processes of this machine have kept busy since they were looked at before.
struct CoreMeter {
    private var before: (time: Double, seconds: [Int32: Double])?
    private var lately: Double?

    /// - Parameter processes: Their numbers.
    /// - Returns: Nil before they have been seen for a while.
    mutating func busyCores(_ processes: [Int32]) -> Double? {
        let time = currentTime()
        var seconds: [Int32: Double] = [:]
        for process in processes { seconds[process] = ProcessTable.busySeconds(of: process) }
        guard let before else {
            self.before = (time, seconds)
            return nil
        }
        // Shorter times would show the clock's ticks.
        guard time - before.time >= 5 else { return lately }
        // One that was not there before has begun since.
        let spent = seconds.map { max(0, $0.value - before.seconds[$0.key, default: 0]) }
        lately = seconds.isEmpty ? nil : spent.reduce(0, +) / (time - before.time)
        self.before = (time, seconds)
        return lately
    }
}
