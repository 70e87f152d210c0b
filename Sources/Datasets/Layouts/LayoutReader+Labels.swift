internal import SegNASHost

extension LayoutReader {
    /// The labels of a description: nnU-Net's `{"name": value}` or the Decathlon's `{"value": "name"}`.
    ///
    /// Each entry shows which of the two it is: a name is text, a value is a number. Nil after faults.
    mutating func labelTable(_ json: JSONValue, file: String) -> LabelTable? {
        guard let entries = json.object else {
            report(.keyType("labels", expected: "an object of names and values"), file: file)
            return nil
        }
        var labels: [LabelTable.Label] = []
        var regions: [String] = []
        var isSound = true
        let isByValue = entries.values.contains { $0.string.map { whole($0) == nil } ?? false }
        for (key, value) in entries.sorted(by: { $0.key < $1.key }) {
            if let label = label(key, value, isByValue: isByValue) {
                labels.append(label)
            } else if let values = value.array, values.count > 1 {
                regions.append(key)
            } else {
                report(.labelType(key), file: file)
                isSound = false
            }
        }
        if !regions.isEmpty { report(.region(.unsupported(regions)), file: file) }
        guard isSound, regions.isEmpty else { return nil }
        return namedTable(labels, isByValue: isByValue, file: file)
    }

    /// The table of labels, of which some may have the names of the background and of what to ignore; nil after faults.
    mutating func namedTable(
        _ labels: [LabelTable.Label], isByValue: Bool = false, file: String
    ) -> LabelTable? {
        guard isUnambiguous(labels, file: file) else { return nil }
        return table(labels, isByValue: isByValue, file: file)
    }

    /// The label of an entry; numbers may be written as text, as `"1"`, and names may be numbers.
    ///
    /// Nil for an entry that is not a label.
    private func label(_ key: String, _ value: JSONValue, isByValue: Bool) -> LabelTable.Label? {
        if let text = value.string {
            let pair = (key: whole(key), text: whole(text))
            if let number = pair.key, isByValue || pair.text == nil || number == pair.text {
                return .init(name: text, value: number)
            }
            return pair.key == nil ? pair.text.map { .init(name: key, value: $0) } : nil
        }
        let only = value.array.flatMap { $0.count == 1 ? $0[0] : nil } ?? value
        return only.int.map { .init(name: key, value: $0) }
    }

    private func whole(_ text: String) -> Int? {
        Int(text.trimmed)
    }

    private mutating func isUnambiguous(_ labels: [LabelTable.Label], file: String) -> Bool {
        let before = faults.count
        for (value, same) in Dictionary(grouping: labels, by: \.value) where same.count > 1 {
            report(.labelTwice(value: value, names: same.map(\.name).sorted()), file: file)
        }
        // Background and what to ignore are known by their names in any case.
        let names = Dictionary(grouping: labels) {
            $0.isReserved ? $0.plainName : $0.name.trimmed
        }
        for (name, same) in names where same.count > 1 {
            report(.nameTwice(name, values: same.map(\.value).sorted()), file: file)
        }
        return faults.count == before
    }

    /// Background is what has that name, in any case, or else the value 0.
    private mutating func table(
        _ labels: [LabelTable.Label], isByValue: Bool, file: String
    ) -> LabelTable? {
        let named = labels.first { $0.plainName == LabelTable.Label.background }
        guard let background = named ?? labels.first(where: { $0.value == 0 }) else {
            report(.backgroundMissing(byValue: isByValue), file: file)
            return nil
        }
        if !background.isNamedAsBackground { report(.backgroundNamed(background.name), file: file) }
        if background.value != 0, let zero = labels.first(where: { $0.value == 0 }) {
            report(.structureAtZero(zero.name, background: background.value), file: file)
        }
        let ignored = labels.first { $0.plainName == LabelTable.Label.ignored }
        let foreground = labels.filter { $0 != background && $0 != ignored }
        return checked(
            LabelTable(
                foreground: foreground, background: background.value, ignore: ignored?.value),
            file: file)
    }

    /// The table, if a network can learn it.
    mutating func checked(_ table: LabelTable, file: String?) -> LabelTable? {
        switch table.foreground.count {
        case 0: report(.noForeground, file: file)
        case 1..<Int(LabelTable.ignoredClass): return table
        case let count: report(.tooManyLabels(count), file: file)
        }
        return nil
    }
}

extension LabelTable.Label {
    static let background = "background"
    fileprivate static let ignored = "ignore"

    /// Names that datasets and annotation tools give the background.
    private static let backgrounds: Set<String> = [
        background, "back ground", "backgr", "bg", "bkg", "clear", "clear label", "empty",
        "exterior",
        "none", "no label", "null", "nothing", "other", "others", "outside", "rest", "unlabeled",
        "unlabelled", "unknown", "void", "air",
    ]

    fileprivate var plainName: String { name.trimmed.lowercased() }

    fileprivate var isReserved: Bool { [Self.background, Self.ignored].contains(plainName) }

    fileprivate var isNamedAsBackground: Bool {
        Self.backgrounds.contains(plainName.replacing("_", with: " "))
    }
}

extension String {
    /// The text without white space at both ends.
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return String(text)
    }
}
