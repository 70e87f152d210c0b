internal import SegNASHost

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
    /// Lines for the first faults of each kind: one mistake may concern a thousand files.
    ///
    /// Remarks of readers have one line for all files. Each kind has at most `limit` lines, the last of which says how
    /// many more there are.
    public static func summary(_ faults: [DatasetFault], each limit: Int = 8) -> [String] {
        var groups: [String] = []
        var members: [String: [DatasetFault]] = [:]
        for fault in faults {
            if members[fault.group] == nil { groups.append(fault.group) }
            members[fault.group, default: []].append(fault)
        }
        return groups.flatMap { group in
            let all = members[group] ?? []
            let shown = all.prefix(all[0].isRemark ? 1 : limit)
            let rest = all.dropFirst(shown.count)
            guard !rest.isEmpty else { return shown.map(\.description) }
            let places = rest.compactMap { $0.file ?? $0.caseIdentifier }
            let more = places.isEmpty ? "" : ": \(some(places, limit: 3))"
            return shown.dropLast().map(\.description)
                + ["\(shown[shown.count - 1]) (and \(rest.count) more like it\(more))"]
        }
    }
}
