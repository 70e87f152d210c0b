/// How far a command is, in one line: the share done, the time that the rest will take, and notes.
struct ProgressLine {
    var title: String
    var done: Int
    var total: Int
    /// Steps that were done before the time began.
    var first = 0
    /// Since the first of the steps that were done now.
    var time: Duration
    /// Behind the rest, the most important first.
    var notes: [String] = []

    /// For a log: `Training: 60 of 120 (50 %), 2:00:00 left · epoch 2, loss 0.500`.
    var text: String { "\(title): \(words)\(note(notes.count))" }

    /// For a terminal, never wider than fits into one row: what has no room is left out, the last notes first, then the bar.
    ///
    /// The last column stays free, where some terminals begin a new row.
    func bar(width: Int) -> String {
        let room = width - 1 - title.count - words.count - 1
        for count in stride(from: notes.count, through: 0, by: -1) {
            let cells = min(Self.mostCells, room - note(count).count - 1)
            guard cells >= Self.fewestCells else { continue }
            return "\(title) \(blocks(cells)) \(words)\(note(count))"
        }
        return String("\(title) \(words)".prefix(max(0, width - 1)))
    }

    private static let mostCells = 24
    /// Of a bar that is worth its room.
    private static let fewestCells = 8

    private var share: Double { Double(done) / Double(max(total, 1)) }

    private var words: String {
        let pace = time / .seconds(1) / Double(max(done - first, 1))
        let left = Progress.clock(seconds: Int((pace * Double(total - done)).rounded(.up)))
        return "\(done) of \(total) (\(Int(share * 100)) %), \(left) left"
    }

    private func note(_ count: Int) -> String {
        count == 0 ? "" : " · " + notes.prefix(count).joined(separator: ", ")
    }

    private func blocks(_ cells: Int) -> String {
        let filled = Int(share * Double(cells))
        return String(repeating: "█", count: filled)
            + String(repeating: "░", count: cells - filled)
    }
}
