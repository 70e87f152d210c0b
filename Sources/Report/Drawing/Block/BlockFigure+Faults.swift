extension BlockFigure {
    /// Why a graph with this node cannot be built.
    enum Fault: Hashable {
        case noInput
        case noOutput
        case unconnected
    }

    /// What is wrong with a node: all but the first need an input, all but the last an output.
    func fault(of node: Int) -> Fault? {
        let noInput = node > 1 && !edges.contains { $0.to == node }
        let noOutput = node < nodes && !edges.contains { $0.from == node }
        return switch (noInput, noOutput) {
        case (true, true): .unconnected
        case (true, false): .noInput
        case (false, true): .noOutput
        case (false, false): nil
        }
    }
}
