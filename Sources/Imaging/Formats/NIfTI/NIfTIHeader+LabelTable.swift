/// The structures that Connectome Workbench and TotalSegmentator name, in XML in an extension of the header.
extension NIfTIHeader {
    /// The limit for extensions; thousands of structures take less.
    private static let maxExtensionBytes = 4 << 20

    /// Nil for a file that names none.
    static func labelNames(_ content: ImageContent) throws(ImageError) -> LabelNames? {
        guard let header = try? NIfTIHeader(content.head), header.version != .analyze else {
            return nil
        }
        let start = header.version == .nifti2 ? size2 : size1
        guard content.head.count > start, content.head[start] != 0 else { return nil }
        let end =
            header.isPair
            ? maxExtensionBytes : Int(exactly: header.dataOffset.rounded()) ?? maxExtensionBytes
        let bytes = try content.head(min(max(start, end), maxExtensionBytes))
        guard bytes.count > start else { return nil }
        return LabelNames(labelTable: String(decoding: bytes[start...], as: UTF8.self))
    }
}

extension LabelNames {
    /// The first `<LabelTable>` of a text: `<Label Key="1" Red="0.5" …><![CDATA[spleen]]></Label>`; nil without one.
    init?(labelTable text: String) {
        guard let table = text.between("<LabelTable>", "</LabelTable>") else { return nil }
        var entries: [Entry] = []
        var rest = table
        while let label = rest.between("<Label ", "</Label>") {
            rest = rest[label.endIndex...]
            guard let close = label.firstIndex(of: ">"),
                let key = label[..<close].between("Key=\"", "\"").flatMap({ Int($0.trimmed) })
            else { continue }
            let content = label[label.index(after: close)...]
            let name = content.between("<![CDATA[", "]]>").map(String.init) ?? content.unescaped
            entries.append(Entry(name: name.trimmed, value: key))
        }
        // The background is in such tables too.
        entries.removeAll { $0.value == 0 }
        guard !entries.isEmpty else { return nil }
        self.init(entries)
    }
}

extension StringProtocol where SubSequence == Substring {
    /// The text between the first occurrence of one text and the next of another.
    fileprivate func between(_ start: String, _ end: String) -> Substring? {
        guard let open = range(of: start, from: startIndex),
            let close = range(of: end, from: open.upperBound)
        else { return nil }
        return self[open.upperBound..<close.lowerBound]
    }

    private func range(of text: String, from start: Index) -> Range<Index>? {
        self[start...].firstRange(of: text)
    }

    fileprivate var unescaped: String {
        let names = ["&lt;": "<", "&gt;": ">", "&quot;": "\"", "&apos;": "'", "&amp;": "&"]
        return names.sorted { $0.key > $1.key }.reduce(String(self)) { text, name in
            text.replacing(name.key, with: name.value)
        }
    }
}
