internal import SegNASHost

extension LayoutReader {
    /// The Medical Segmentation Decathlon's `dataset.json`, or a MONAI datalist.
    ///
    /// Both list their cases: `"training": [{"image": "a.nii.gz", "label": "b.nii.gz", "fold": 0}]`, and likewise
    /// `validation` and `testing` or `test`. The Decathlon names labels and modalities too.
    mutating func datalist(_ json: [String: JSONValue], file: String) -> Dataset? {
        let key = json["channel_names"] == nil ? "modality" : "channel_names"
        let names = json[key].flatMap { channels($0, key: key, file: file) }
        let items = Part.allCases.flatMap { entries($0, json, file: file) }
        let named = zip(items, identifiers(of: items)).map { (item: $0, identifier: $1) }
        checkListedOnce(named)
        recogniseFirst(items)
        let listed = Set(items.flatMap { $0.images.map(path) })
        for (item, identifier) in named {
            reportUnreadChannels(of: item.images, label: item.label, identifier, listed: listed)
        }
        var training: [Dataset.Case] = []
        var test: [Dataset.Case] = []
        var parts: [Part: [String]] = [:]
        for (item, identifier) in named.sorted(by: { $0.identifier < $1.identifier }) {
            guard let listed = listedCase(item, identifier, channels: names?.count) else {
                continue
            }
            if listed.label == nil {
                test.append(listed)
            } else {
                training.append(listed)
                parts[item.part, default: []].append(identifier)
            }
        }
        let trainingItems = items.count { $0.part == .training }
        checkCaseCount(json, found: trainingItems, isListed: true, file: file)
        if trainingItems == 0 { report(.noCases, file: file) }
        guard let table = labelTable(json, of: training, file: file) else { return nil }
        var dataset = Dataset(
            name: name(json), folder: folder, layout: recognition?.layout ?? .monai,
            channels: names ?? channelNames(of: training), labels: table, training: training,
            test: test)
        if parts[.validation] != nil || parts[.testing] != nil {
            dataset.listedSplit = Split(
                training: parts[.training] ?? [], validation: parts[.validation] ?? [],
                test: parts[.testing] ?? [])
        }
        return dataset
    }

    /// The lists of a datalist, and the names that each may have.
    private enum Part: String, CaseIterable {
        case training, validation, testing

        var keys: [String] {
            switch self {
            case .training: ["training"]
            case .validation: ["validation"]
            case .testing: ["testing", "test"]
            }
        }
    }

    /// One entry of a list.
    private struct Item {
        var part: Part
        var images: [String]
        var label: String?
        var fold: Int?
    }

    private mutating func entries(
        _ part: Part, _ json: [String: JSONValue], file: String
    ) -> [Item] {
        part.keys.flatMap { key -> [Item] in
            guard let value = json[key] else { return [] }
            guard let list = value.array else {
                report(.keyType(key, expected: "a list of images and labels"), file: file)
                return []
            }
            return list.enumerated().compactMap { index, value in
                if let item = entry(value, part) { return item }
                let expected =
                    part == .testing
                    ? "a path, or {\"image\": path}" : "{\"image\": path, \"label\": path}"
                report(.item(list: key, index: index, expected: expected), file: file)
                return nil
            }
        }
    }

    /// The item of an entry; nil for JSON of another form.
    private func entry(_ json: JSONValue, _ part: Part) -> Item? {
        if let path = json.string, !path.isEmpty, part == .testing {
            return Item(part: part, images: [path])
        }
        guard let image = json.object?["image"] else { return nil }
        let images = image.string.map { [$0] } ?? image.array?.compactMap(\.string) ?? []
        let label = json.object?["label"]?.string
        let fold = json.object?["fold"]
        let number = fold?.int ?? fold?.string.flatMap(Int.init)
        guard !images.isEmpty, !(images + [label]).contains(""),
            image.array.map({ $0.count == images.count }) ?? true,
            label != nil || part == .testing, (fold == nil) == (number == nil)
        else { return nil }
        // Lists write −1 for cases that no fold validates.
        let ofFold = number.flatMap { $0 < 0 ? nil : $0 }
        return Item(part: part, images: images, label: label, fold: ofFold)
    }

    private mutating func listedCase(
        _ item: Item, _ identifier: String, channels: Int?
    ) -> Dataset.Case? {
        var listed = listedCase(
            identifier, images: item.images, label: item.label, channels: channels)
        listed?.fold = item.fold
        return listed
    }

    /// nnU-Net v1 lists images without the numbers of their channels.
    private mutating func recogniseFirst(_ items: [Item]) {
        guard recognition?.layout == .decathlon,
            items.contains(where: {
                $0.images.count == 1 && channelFiles(of: $0.images[0]) != $0.images
            })
        else { return }
        recognise(
            LayoutRecognition(
                .nnUNetFirst, "a \"training\" list of images that lie there with channels' numbers")
        )
    }

    private mutating func checkListedOnce(_ items: [(item: Item, identifier: String)]) {
        // The lists that name a case, by its files.
        var lists: [[String]: (identifier: String, names: [String])] = [:]
        var owners: [String: [String]] = [:]
        for (item, identifier) in items {
            let files = (item.images + [item.label].compactMap { $0 }).map(path)
            lists[files, default: (identifier, [])].names.append(item.part.keys[0])
            guard lists[files]?.names.count == 1 else { continue }
            for file in files { owners[file, default: []].append(identifier) }
        }
        let twice = lists.values.filter { $0.names.count > 1 }
        for (identifier, names) in twice.sorted(by: { $0.identifier < $1.identifier }) {
            report(.caseInLists(names), caseIdentifier: identifier)
        }
        for (file, cases) in owners.sorted(by: { $0.key < $1.key }) where cases.count > 1 {
            report(.listedTwice(cases: cases), file: relativePath(file, to: folder))
        }
        for (identifier, same) in Dictionary(grouping: items, by: \.identifier) {
            let files = Set(same.map { path($0.item.images[0]) })
            guard files.count > 1 else { continue }
            report(
                .sameImage(files.sorted().map { relativePath($0, to: folder) }),
                caseIdentifier: identifier)
        }
    }

    /// Names of cases from their image files: as few parts of the path as tell all of them apart.
    private func identifiers(of items: [Item]) -> [String] {
        let paths = items.map { item in
            var parts = item.images[0].split(separator: "/").filter { $0 != "." }.map(String.init)
            let last = parts.popLast() ?? ""
            let file = ImageFileName(last)
            let isChannel = item.images.count > 1
            return parts + [(isChannel ? file?.channel?.identifier : nil) ?? file?.stem ?? last]
        }
        let deepest = paths.map(\.count).max() ?? 1
        let files = Set(items.map(\.images)).count
        for depth in 1..<max(2, deepest) {
            let names = paths.map { $0.suffix(depth).joined(separator: "_") }
            if Set(names).count == files { return names }
        }
        return paths.map { $0.joined(separator: "_") }
    }

    private mutating func labelTable(
        _ json: [String: JSONValue], of cases: [Dataset.Case], file: String
    ) -> LabelTable? {
        guard let labels = json["labels"] else { return discoveredLabels(of: cases) }
        return labelTable(labels, file: file)
    }
}
