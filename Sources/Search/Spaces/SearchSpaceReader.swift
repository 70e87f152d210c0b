internal import Yams

/// Reads the YAML of a search space, collecting every fault.
///
/// `Documentation/search-spaces.md` describes the format.
struct SearchSpaceReader {
    private var settings = SpaceSettings()
    /// The line of each name.
    private var lines: [String: Int] = [:]
    /// The lines of the ranges of those that have several.
    private var rangeLines: [Dimension.Name: [Int]] = [:]
    private var faults: [SearchSpaceError.LocatedFault] = []

    static let schema = 1
    static let names = ["schema", "base", "ops"] + Dimension.Name.all.map(\.description)

    init(_ entries: [YAMLEntry]) {
        for entry in entries where entry.name == "base" { readBase(entry) }
        for entry in entries { read(entry) }
        settleNodes()
        checkEdges()
        checkConditions()
        checkMissing()
    }

    func space() throws(SearchSpaceError) -> SearchSpace {
        guard faults.isEmpty else { throw SearchSpaceError(faults) }
        let space = SearchSpace(settings)
        if space.searched.isEmpty {
            throw SearchSpaceError([.init(line: nil, fault: .nothingSearched)])
        }
        if space.legalFraction == 0 {
            throw SearchSpaceError([.init(line: nil, fault: .nothingLegal)])
        }
        return space
    }
}

// MARK: - Entries

extension SearchSpaceReader {
    private mutating func readBase(_ entry: YAMLEntry) {
        guard let preset = entry.value.scalar.flatMap({ SearchSpace.Preset(rawValue: $0.string) })
        else {
            return report(.base(found: entry.value.shown), entry.line)
        }
        settings = preset.settings
    }

    private mutating func read(_ entry: YAMLEntry) {
        lines[entry.name] = entry.line
        switch entry.name {
        case "base": break
        case "schema": readSchema(entry)
        case "ops": readOperations(entry)
        default: readDimension(entry)
        }
    }

    private mutating func readSchema(_ entry: YAMLEntry) {
        guard entry.value.wholeNumber == Self.schema else {
            return report(.schema(found: entry.value.shown), entry.line)
        }
    }

    private mutating func readOperations(_ entry: YAMLEntry) {
        settings.operations = nil
        do {
            settings.operations = try SpaceSettings.Operations(entry.value)
        } catch {
            report(error, entry.line)
        }
    }

    private mutating func readDimension(_ entry: YAMLEntry) {
        guard let name = Dimension.Name(entry.name) else {
            return report(.unknownName(entry.name), entry.line)
        }
        settings.values[name] = nil
        settings.conditions[name] = nil
        if let items = entry.value.sequence, items.contains(where: { $0.mapping != nil }) {
            return readRanges(Array(items), of: name, line: entry.line)
        }
        do {
            let setting = try ConditionalNode(entry.value, of: name)
            settings.values[name] = try Dimension.Values(setting.values, of: name)
            settings.conditions[name] = setting.conditions
        } catch {
            report(error, entry.line)
        }
    }

    private mutating func readRanges(_ items: [Node], of name: Dimension.Name, line: Int) {
        if case .hyperparameter(let setting) = name, setting.isCategory {
            return report(.rangesOfNames("\(name)"), line)
        }
        var ranges: [ConditionalRange] = []
        rangeLines[name] = []
        for item in items {
            let line = item.mark?.line ?? line
            do {
                ranges.append(try ConditionalRange(item, of: name))
                rangeLines[name]?.append(line)
            } catch {
                report(error, line)
            }
        }
        if ranges.count == items.count { settings.values[name] = .ranges(ranges) }
    }

    private mutating func report(_ fault: SearchSpaceFault, _ line: Int?) {
        faults.append(.init(line: line, fault: fault))
    }
}

// MARK: - The whole

extension SearchSpaceReader {
    /// Takes the number of nodes from a listed block; a different number beside it is a fault.
    private mutating func settleNodes() {
        guard case .block(let block) = settings.operations else { return }
        let nodes = Dimension.Values.fixed(Double(block.nodes))
        if let line = lines["nodes"], let other = settings.values[.nodes], other != nodes {
            report(.nodesOfBlock(block.nodes), line)
        }
        settings.values[.nodes] = nodes
    }

    private mutating func checkEdges() {
        guard let nodes = settings.edges.last?.to, settings.values[.nodes] != nil else { return }
        for case .operation(let edge) in settings.values.keys where !edge.isUsed(nodes: nodes) {
            report(.unusedEdge(edge, nodes: nodes), lines["op\(edge)"])
        }
    }

    /// Categories of conditions have none themselves, so that no two wait for each other.
    private mutating func checkConditions() {
        for (name, conditions) in settings.conditions {
            for condition in conditions { check(condition, of: "\(name)", lines["\(name)"]) }
        }
        for case (let name, .ranges(let ranges)) in settings.values {
            let lines = rangeLines[name] ?? []
            for (place, (range, line)) in zip(ranges, lines).enumerated() {
                for condition in range.conditions { check(condition, of: "\(name)", line) }
                for earlier in ranges.prefix(place) {
                    guard let both = earlier.conditions.joined(with: range.conditions) else {
                        continue
                    }
                    report(.overlappingRanges("\(name)", both.words), line)
                }
            }
        }
    }

    private mutating func check(
        _ condition: Dimension.Condition, of name: String, _ line: Int?
    ) {
        let category = Dimension.Name.hyperparameter(condition.category)
        guard case .categories(let names)? = settings.values[category],
            settings.conditions[category, default: []].isEmpty
        else {
            // Values that could not be read are a fault already.
            let isUnread = lines["\(category)"] != nil && settings.values[category] == nil
            if !isUnread { report(.conditionCategory(name, "\(category)"), line) }
            return
        }
        for other in condition.names where !names.contains(other) {
            report(.conditionName(name, "\(category)", other, of: names), line)
        }
    }

    private mutating func checkMissing() {
        var missing: [String] = []
        for (name, values) in settings.dimensions where values == nil {
            var written = name.description
            if case .operation = name, lines[written] == nil { written = "ops" }
            if lines[written] == nil && !missing.contains(written) { missing.append(written) }
        }
        if !missing.isEmpty { report(.missing(missing), nil) }
    }
}

/// The settings of a preset or a file, before operations are spread over the edges.
struct SpaceSettings {
    var values: [Dimension.Name: Dimension.Values] = [:]
    /// What must hold for settings of training to have a value.
    var conditions: [Dimension.Name: [Dimension.Condition]] = [:]
    /// The operations of edges that have no separate values.
    var operations: Operations?

    enum Operations {
        case every(Dimension.Values)
        /// One block for the whole space, which has its number of nodes.
        case block(BlockGraph)
    }

    /// The dimensions in the order of ``SearchSpace/dimensions``; values are nil if they are required and missing.
    var dimensions: [(name: Dimension.Name, values: Dimension.Values?)] {
        let required = [Dimension.Name.n, .p, .sup, .res, .nodes].map { ($0, values[$0]) }
        let operations = edges.map { (Dimension.Name.operation($0), operation(of: $0)) }
        let optional = Hyperparameter.allCases.map(Dimension.Name.hyperparameter)
            .filter { values[$0] != nil }.map { ($0, values[$0]) }
        let dropout = values[.dropout] ?? .fixed(SegNAS.defaultDropout)
        return required + operations + [(.dropout, dropout)] + optional
    }

    /// The edges between the most nodes; without a number of nodes, the one that every block has.
    var edges: [Edge] {
        switch values[.nodes] {
        case .integers(let range): Edge.all(nodes: range.upperBound - 1)
        case .fixed(let nodes): Edge.all(nodes: Int(nodes))
        case .reals, .categories, .ranges, nil: Edge.all(nodes: 2)
        }
    }

    private func operation(of edge: Edge) -> Dimension.Values? {
        if let own = values[.operation(edge)] { return own }
        switch operations {
        case .every(let values): return values
        case .block(let block): return .fixed(Double(block.entry(edge)))
        case nil: return nil
        }
    }
}

extension SearchSpace {
    /// Makes a space of settings, which must be complete.
    init(_ settings: SpaceSettings) {
        dimensions = settings.dimensions.map { name, values in
            guard let values else { preconditionFailure("no values for \(name)") }
            return Dimension(
                name: name, values: values, conditions: settings.conditions[name] ?? [])
        }
    }
}
