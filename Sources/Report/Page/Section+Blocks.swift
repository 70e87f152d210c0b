internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

extension Section {
    /// The graphs of the ten best different blocks.
    static func blocks(_ record: StudySnapshot) -> Section? {
        let trained = record.trials.filter { $0.trial.state == .completed }
            .sorted { ($1.trial.end?.dice ?? 0, $0.number) < ($0.trial.end?.dice ?? 0, $1.number) }
        var seen: Set<BlockGraph> = []
        var figures: [String] = []
        for trial in trained where figures.count < 10 {
            guard case .segnas(let network) = trial.trial.architecture,
                seen.insert(network.block.canonical).inserted
            else { continue }
            figures.append(
                """
                <figure>\(BlockFigure(network.block).thumbnail())
                <figcaption>\(figures.count + 1). <button class="trial" data-trial="\(trial.number)">trial \(trial.number)</button>,
                Dice \(decimal(trial.trial.end?.dice ?? 0))</figcaption></figure>
                """)
        }
        guard figures.count > 1 else { return nil }
        return Section(
            id: "blocks", title: "The best blocks",
            body: "<p>Different block graphs by the validation Dice of their best network.</p>\n"
                + "<div class=\"thumbnails\">\(figures.joined(separator: "\n"))</div>")
    }
}
