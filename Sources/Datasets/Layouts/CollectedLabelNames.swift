internal import SegNASImaging

/// The names that all label maps themselves give to their values.
struct CollectedLabelNames {
    /// Files by value and name, each name as the first file wrote it.
    private var files: [Int: [(name: String, files: [String])]] = [:]

    /// Adds the names of a file for the values that its voxels hold.
    mutating func add(_ names: LabelNames?, values: some Sequence<Int>, file: String) {
        guard let names else { return }
        for value in values {
            guard let name = names.name(of: value) else { continue }
            var all = files[value] ?? []
            if let index = all.firstIndex(where: { LabelNames.areSame($0.name, name) }) {
                all[index].files.append(file)
            } else {
                all.append((name, [file]))
            }
            files[value] = all
        }
    }

    /// The name of a value on which all files that name it agree.
    func name(of value: Int) -> String? {
        guard let all = files[value], all.count == 1 else { return nil }
        let name = all[0].name
        let isShared = files.contains { other, names in
            other != value && names.contains { LabelNames.areSame($0.name, name) }
        }
        return isShared ? LabelNames.name(name, ofOneValue: value) : name
    }

    /// Values that mean different structures in different files, and structures with different values.
    var contradictions: [LabelContradiction] {
        let values = files.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }
        let byValue = values.map { value, names in
            LabelContradiction(
                subject: "the value \(value)",
                meanings: names.map { LabelContradiction.Meaning(what: $0.name, files: $0.files) })
        }
        return byValue + structures(besides: Set(values.map(\.key)))
    }

    private func structures(besides contradicted: Set<Int>) -> [LabelContradiction] {
        var rest = files.filter { !contradicted.contains($0.key) }.map {
            (value: $0.key, name: $0.value[0].name, files: $0.value[0].files)
        }.sorted { $0.value < $1.value }
        var contradictions: [LabelContradiction] = []
        while let first = rest.first {
            let same = rest.filter { LabelNames.areSame($0.name, first.name) }
            rest.removeAll { LabelNames.areSame($0.name, first.name) }
            // In one file, two values of one name are what its author wants.
            guard same.count > 1,
                Set(same.flatMap(\.files)).count == same.map(\.files.count).reduce(0, +)
            else { continue }
            contradictions.append(
                LabelContradiction(
                    subject: first.name,
                    meanings: same.map {
                        LabelContradiction.Meaning(what: "the value \($0.value)", files: $0.files)
                    }))
        }
        return contradictions
    }
}

/// A value that is one structure in some files and another in others, or a structure that has several values.
public struct LabelContradiction: Hashable, Sendable {
    public struct Meaning: Hashable, Sendable {
        public var what: String
        /// Files that say so.
        public var files: [String]
    }

    public var subject: String
    public var meanings: [Meaning]
}

extension LabelContradiction: CustomStringConvertible {
    public var description: String {
        let parts = meanings.map { meaning in
            let rest = meaning.files.count - 1
            return "\(meaning.what) in \(meaning.files[0])"
                + (rest > 0 ? " and \(rest) more" : "")
        }
        return
            "the files' own names contradict each other: \(subject) is \(parts.joined(separator: ", and "))"
    }

    static let remedy = "give each structure one value in all files"
}
