internal import SegNASHost

extension LayoutReader {
    /// The labels of nnU-Net's `dataset.json`; a label that is a list of several values makes regions of all labels.
    ///
    /// [The format](https://github.com/MIC-DKFZ/nnUNet/blob/master/documentation/region_based_training.md): for each
    /// region, in the order of `labels`, `regions_class_order` has the value that it is painted with. Nil after faults.
    mutating func nnUNetLabels(_ json: [String: JSONValue], file: String) -> LabelTable? {
        guard let labels = json["labels"] else { return nil }
        guard let entries = labels.object, entries.values.contains(where: \.isRegion) else {
            return labelTable(labels, file: file)
        }
        return regionTable(entries, order: json["regions_class_order"], file: file)
    }

    private mutating func regionTable(
        _ entries: [String: JSONValue], order: JSONValue?, file: String
    ) -> LabelTable? {
        let before = faults.count
        let names = keyOrder(of: "labels", in: file).filter { entries[$0] != nil }
        let values = names.map { (name: $0, values: self.values(entries[$0], of: $0, file: file)) }
        let background = reserved("background", among: values, file: file)
        let ignored = reserved("ignore", among: values, file: file)
        if !values.contains(where: { $0.name.isReserved("background") }) {
            report(.backgroundMissing(byValue: false), file: file)
        }
        let regions = values.filter {
            !$0.name.isReserved("background") && !$0.name.isReserved("ignore")
        }
        let paints = paints(order, of: regions.map(\.name), file: file)
        guard faults.count == before, let background, let paints else { return nil }
        let table = LabelTable(
            regions: zip(regions, paints).map { region, value in
                .init(name: region.name, values: region.values, value: value)
            },
            background: background, ignore: ignored)
        let found = table.regionFaults
        for fault in found { report(.region(fault), file: file) }
        return found.isEmpty ? checked(table, file: file) : nil
    }

    private mutating func values(
        _ json: JSONValue?, of name: String, file: String
    ) -> [Int] {
        let items = json?.array ?? [json].compactMap(\.self)
        let values = items.compactMap { $0.int ?? $0.string.flatMap { Int($0) } }
        if items.isEmpty {
            report(.region(.empty(name)), file: file)
        } else if values.count < items.count {
            report(.region(.values(name)), file: file)
        }
        return values
    }

    /// The one value of the background or of what is to be ignored.
    private mutating func reserved(
        _ word: String, among labels: [(name: String, values: [Int])], file: String
    ) -> Int? {
        let named = labels.filter { $0.name.isReserved(word) }
        if named.count > 1 {
            report(.nameTwice(word, values: named.flatMap(\.values).sorted()), file: file)
        }
        guard let values = named.first?.values else { return nil }
        if values.count > 1 { report(.region(.several(word)), file: file) }
        return values.first
    }

    /// The values of `regions_class_order`; nil after faults.
    private mutating func paints(_ json: JSONValue?, of names: [String], file: String) -> [Int]? {
        guard let json else {
            report(.region(.orderMissing(names)), file: file)
            return nil
        }
        guard let items = json.array, items.allSatisfy({ $0.int != nil }) else {
            report(
                .keyType("regions_class_order", expected: "a list of whole numbers"), file: file)
            return nil
        }
        guard items.count == names.count else {
            report(.region(.orderCount(items.count, names)), file: file)
            return nil
        }
        return items.compactMap(\.int)
    }
}

extension JSONValue {
    /// True for a list of no or several values, which is no label.
    fileprivate var isRegion: Bool { array.map { $0.count != 1 } ?? false }
}

extension String {
    fileprivate func isReserved(_ word: String) -> Bool {
        split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased() == word
    }
}

extension LabelTable {
    /// Reasons why regions cannot be told apart in label maps.
    var regionFaults: [RegionFault] {
        guard let regions else { return [] }
        let faults = regions.compactMap { region -> RegionFault? in
            if region.values.contains(background) {
                return .background(region.name, value: background)
            }
            if let ignore, region.values.contains(ignore) {
                return .ignored(region.name, value: ignore)
            }
            return region.values.contains(region.value)
                ? nil
                : .foreignValue(region.name, value: region.value, values: region.values)
        }
        let twins = groups(regions, by: \.values).map { RegionFault.same($0.map(\.name)) }
        let painted = groups(regions, by: \.value).map {
            RegionFault.sameValue($0[0].value, $0.map(\.name))
        }
        let all = faults + (twins.isEmpty ? painted : twins)
        return all.isEmpty ? unclearValues(regions) : all
    }

    /// Regions that share a key, in their order.
    private func groups<Key: Hashable>(
        _ regions: [Region], by key: (Region) -> Key
    ) -> [[Region]] {
        Dictionary(grouping: regions, by: key).values.filter { $0.count > 1 }
            .sorted { $0[0].value < $1[0].value }
    }

    /// Values whose perfect prediction would be painted as one of other regions.
    private func unclearValues(_ regions: [Region]) -> [RegionFault] {
        foreground.compactMap { label in
            let own = regions.filter { $0.values.contains(label.value) }
            guard let painted = own.last?.value else { return nil }
            let others = regions.filter { $0.values.contains(painted) }
            return own == others
                ? nil
                : .unclear(
                    value: label.value, of: own.map(\.name), painted: painted,
                    belonging: others.map(\.name))
        }
    }
}
