/// The data of a study's page that is watched, and with which change each part of it came.
package struct ReportHistory {
    package private(set) var data: ReportData
    /// What is neither a trial nor a curve, as JSON.
    private var others: String
    private var othersChange = 0
    private var trialChanges: [Int]
    private var curveChanges: [String: Int] = [:]

    /// - Throws: `EncodingError` never, as all its numbers are finite.
    package init(_ data: ReportData) throws {
        self.data = data
        others = try Self.others(of: data)
        trialChanges = data.trials.map { _ in 0 }
    }

    /// Takes over newer data; `change` numbers this step.
    ///
    /// - Returns: True if anything differs.
    package mutating func update(_ now: ReportData, change: Int) throws -> Bool {
        let others = try Self.others(of: now)
        // Of another study, or of one that was restored.
        if now.trials.count < trialChanges.count { trialChanges = [] }
        var differs = others != self.others
        if differs { othersChange = change }
        for (index, trial) in now.trials.enumerated() {
            if index >= trialChanges.count {
                trialChanges.append(change)
            } else if data.trials.indices.contains(index), data.trials[index] != trial {
                trialChanges[index] = change
            } else {
                continue
            }
            differs = true
        }
        for (number, curve) in now.curves where data.curves[number] != curve {
            curveChanges[number] = change
            differs = true
        }
        data = now
        self.others = others
        return differs
    }

    /// What came after a change, as JSON on one line; nil if nothing did.
    package func text(after change: Int) throws -> String? {
        var changed = data
        changed.trials = zip(data.trials, trialChanges).filter { $1 > change }.map(\.0)
        changed.curves = data.curves.filter { curveChanges[$0.key, default: 0] > change }
        changed.anatomy = nil
        guard othersChange > change || !changed.trials.isEmpty || !changed.curves.isEmpty else {
            return nil
        }
        return try pageJSON(changed)
    }

    private static func others(of data: ReportData) throws -> String {
        var others = data
        (others.trials, others.curves, others.anatomy) = ([], [:], nil)
        return try pageJSON(others)
    }
}

extension LivePosition {
    /// The content security policy of pages that are watched, which no other page may show in a frame.
    package static let policy = Page.livePolicy + "; frame-ancestors 'none'"
}

/// A page that is watched before there is anything to show.
package func waitingPage(title: String, words: String, version: String, at position: LivePosition)
    -> String
{
    Page(
        title: title,
        sections: [Section(id: "waiting", title: "Not begun", body: "<p>\(escaped(words))</p>")],
        data: "{}", script: .trainings(showsCases: false), version: version, position: position
    ).html
}
