/// Everything that keeps a dataset from being used.
public struct DatasetError: Error, Equatable, Sendable {
    /// The folder or file that was to be read, as the user named it.
    public var source: String
    public var faults: [DatasetFault]

    public init(source: String, faults: [DatasetFault]) {
        self.source = source
        self.faults = faults
    }
}

extension DatasetError: CustomStringConvertible {
    /// The first faults of each kind, a line each, and how many more there are.
    public var description: String {
        let lines = DatasetFault.summary(faults).map { line in
            faults.count == 1 && faults[0].file == nil ? "\(source): \(line)" : line
        }
        let allowance = [faults.allowance].compactMap(\.self)
        guard faults.count > 1 || faults.first?.file != nil else {
            return (lines + allowance).joined(separator: "\n")
        }
        return (["\(source) has faults:"] + lines.map { "  " + $0 } + allowance)
            .joined(separator: "\n")
    }
}

extension DatasetFault {
    /// A line for each fault, of each kind the first ones only: one mistake may concern a thousand files.
    ///
    /// What readers of images remark on has one line for all files.
    public static func summary(_ faults: [DatasetFault], each limit: Int = 8) -> [String] {
        var groups: [String] = []
        var byGroup: [String: [DatasetFault]] = [:]
        for fault in faults {
            if byGroup[fault.group] == nil { groups.append(fault.group) }
            byGroup[fault.group, default: []].append(fault)
        }
        return groups.flatMap { group in
            let all = byGroup[group] ?? []
            if all.count > 1, all[0].isRemark { return ["\(all.count) files, such as \(all[0])"] }
            let rest = all.count - limit
            return all.prefix(limit).map(\.description)
                + (rest > 0
                    ? ["… and \(rest) more of this kind (\(all[0].kind)); --json lists all"] : [])
        }
    }
}

extension DatasetFault {
    /// A sentence for each kind: the first fault, and how many more are like it.
    public static func notes(_ faults: [DatasetFault]) -> [String] {
        var groups: [String] = []
        for fault in faults where !groups.contains(fault.group) { groups.append(fault.group) }
        return groups.map { group in
            let all = faults.filter { $0.group == group }
            let places = all.dropFirst().compactMap { $0.file ?? $0.caseIdentifier }
            let more = places.isEmpty ? "" : ": \(some(places, limit: 3))"
            return all[0].description
                + (all.count > 1 ? " (and \(all.count - 1) more like it\(more))" : "")
        }
    }
}
