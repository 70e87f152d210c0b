internal import Yams

extension Dimension.Values {
    /// Reads a value, or a range: `[from, below]` of whole numbers, `{from: 1e-4, to: 1e-2, scale: log}` of others.
    init(_ node: Node, of name: Dimension.Name) throws(SearchSpaceFault) {
        switch name.limits {
        case .whole: try self.init(whole: node, name: "\(name)", limits: name.limits)
        case .real: try self.init(real: node, name: "\(name)", limits: name.limits)
        }
    }

    fileprivate init(whole node: Node, name: String, limits: Limits) throws(SearchSpaceFault) {
        guard let items = node.sequence else {
            let value = node.wholeNumber ?? (name == "sup" || name == "res" ? node.truth : nil)
            try self.init(fixed: value.map(Double.init), of: node, name: name, limits: limits)
            return
        }
        let ends = items.compactMap(\.wholeNumber)
        guard items.count == 2, ends.count == 2 else { throw .value(name, found: node.shown) }
        guard ends[0] < ends[1] else { throw .emptyRange(name, found: node.shown) }
        guard limits.contains(Double(ends[0])), limits.contains(Double(ends[1] - 1)) else {
            throw .value(name, found: node.shown)
        }
        // A single value is not searched.
        self = ends[1] - ends[0] == 1 ? .fixed(Double(ends[0])) : .integers(ends[0]..<ends[1])
    }

    private init(real node: Node, name: String, limits: Limits) throws(SearchSpaceFault) {
        guard let parts = node.mapping else {
            try self.init(fixed: node.realNumber, of: node, name: name, limits: limits)
            return
        }
        let others = parts.keys.filter { !["from", "to", "scale"].contains($0.scalar?.string) }
        guard others.isEmpty, let from = parts["from"]?.realNumber,
            let to = parts["to"]?.realNumber,
            let scale = Dimension.Scale(rawValue: parts["scale"]?.shown ?? "linear")
        else { throw .value(name, found: node.shown) }
        guard limits.contains(from) else { throw .value(name, found: node.shown) }
        guard from < to else { throw .emptyRange(name, found: node.shown) }
        guard limits.contains(to.nextDown) else { throw .value(name, found: node.shown) }
        guard scale == .linear || from > 0 else { throw .logarithmOfZero(name) }
        self = .reals(from..<to, scale)
    }

    private init(
        fixed value: Double?, of node: Node, name: String, limits: Limits
    ) throws(SearchSpaceFault) {
        guard let value, limits.contains(value) else { throw .value(name, found: node.shown) }
        self = .fixed(value)
    }
}

extension SpaceSettings.Operations {
    /// Reads the list of one block, or values for every edge; a list of two is a range, as no block has two operations.
    init(_ node: Node) throws(SearchSpaceFault) {
        guard let items = node.sequence, items.count != 2 else {
            self = .every(try .init(whole: node, name: "ops", limits: .operation))
            return
        }
        let numbers = items.compactMap(\.wholeNumber)
        guard numbers.count == items.count else { throw .value("ops", found: node.shown) }
        do { self = .block(try BlockGraph(numbers)) } catch { throw .block(error) }
    }
}
