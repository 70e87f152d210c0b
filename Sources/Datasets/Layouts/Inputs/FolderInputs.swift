/// The cases among image files of one folder.
struct FolderInputs {
    private(set) var cases: [Dataset.Case] = []
    private(set) var faults: [DatasetFault] = []

    init(_ images: [ImageFileName], in folder: String, channels: InputChannels) {
        let doubtful = channels.count == 1 ? Self.likeChannels(images) : []
        for files in doubtful {
            faults.append(
                DatasetFault(
                    .channelsOrCases(files.map { "\(folder)/\($0.name)" }),
                    caseIdentifier: files[0].stem))
        }
        let rest = Set(images).subtracting(doubtful.joined()).sorted { $0.name < $1.name }
        var reader = LayoutReader(folder: folder, threads: 1)
        let assembly = Self.assembly(rest, in: folder, channels)
        let isNamed = assembly.channelNames != nil
        cases = assembly.cases(
            channels: channels.count, named: isNamed ? channels.names : nil, reader: &reader)
        faults += reader.faults.map { fault in
            var fault = fault
            fault.file = fault.file.map { "\(folder)/\($0)" }
            return fault
        }
    }

    private static func assembly(
        _ images: [ImageFileName], in folder: String, _ channels: InputChannels
    ) -> CaseAssembly {
        // For one channel, a number at the end is part of the name unless it is 0000 everywhere.
        let isNumbered =
            channels.count > 1 || images.allSatisfy { ($0.channel?.index ?? 0) == 0 }
        let pairing = NamePairing(images: images, labels: [], isNumbered: isNumbered)
        let ownName = folder.split(separator: "/").last.map(String.init) ?? folder
        var assembly = CaseAssembly()
        for image in images {
            if channels.count > 1, let named = image.stem.without(NameWords.channels),
                channels.names.contains(named.word.lowercased())
            {
                let identifier = named.rest.isEmpty ? ownName : named.rest
                assembly.add(image: image.name, of: identifier, .name(named.word.lowercased()))
            } else {
                let (identifier, channel) = pairing.identifier(ofImage: image)
                assembly.add(image: image.name, of: identifier, channel)
            }
        }
        return assembly
    }

    /// Files that differ only in what names channels.
    private static func likeChannels(_ images: [ImageFileName]) -> [[ImageFileName]] {
        let numbered = NumberedChannels(images).cases.values.map { files in
            files.sorted { $0.key < $1.key }.map(\.value)
        }
        let named = images.compactMap { image in
            image.stem.without(NameWords.channels).map { (image: image, parts: $0) }
        }
        let same = Dictionary(grouping: named, by: \.parts.rest).values.filter { group in
            Set(group.map { $0.parts.word.lowercased() }).count > 1
        }
        return (numbered + same.map { $0.map(\.image) }).sorted { $0[0].name < $1[0].name }
    }
}
