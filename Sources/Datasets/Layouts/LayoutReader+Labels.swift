extension LayoutReader {
    /// The labels of a description: nnU-Net's `{"name": value}` or the Decathlon's `{"value": "name"}`.
    ///
    /// Which of the two it is, each entry says by itself: a name is text, a value is a number. Nil after faults.
    mutating func labelTable(_ json: JSONValue, file: String) -> LabelTable? {
        guard let entries = json.object else {
            report(.keyType("labels", expected: "an object of names and values"), file: file)
            return nil
        }
        var labels: [LabelTable.Label] = []
        var regions: [String] = []
        var isSound = true
        for (key, value) in entries.sorted(by: { $0.key < $1.key }) {
            if let label = label(key, value) {
                labels.append(label)
            } else if let values = value.array, values.count > 1 {
                regions.append(key)
            } else {
                report(.labelType(key), file: file)
                isSound = false
            }
        }
        if !regions.isEmpty { report(.regionLabels(regions), file: file) }
        guard isSound, regions.isEmpty, isUnambiguous(labels, file: file) else { return nil }
        return table(labels, file: file)
    }

    private func label(_ key: String, _ value: JSONValue) -> LabelTable.Label? {
        if let name = value.string { return Int(key).map { .init(name: name, value: $0) } }
        let only = value.array.flatMap { $0.count == 1 ? $0[0] : nil } ?? value
        return only.int.map { .init(name: key, value: $0) }
    }

    private mutating func isUnambiguous(_ labels: [LabelTable.Label], file: String) -> Bool {
        let before = faults.count
        for (value, same) in Dictionary(grouping: labels, by: \.value) where same.count > 1 {
            report(.labelTwice(value: value, names: same.map(\.name).sorted()), file: file)
        }
        for (name, same) in Dictionary(grouping: labels, by: \.name) where same.count > 1 {
            report(.nameTwice(name, values: same.map(\.value).sorted()), file: file)
        }
        return faults.count == before
    }

    /// Background is what has that name, or else the value 0.
    private mutating func table(_ labels: [LabelTable.Label], file: String) -> LabelTable? {
        let background =
            labels.first { $0.name.lowercased() == "background" } ?? labels.first { $0.value == 0 }
        guard let background else {
            report(.backgroundMissing, file: file)
            return nil
        }
        let ignored = labels.first { $0.name == "ignore" }
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
