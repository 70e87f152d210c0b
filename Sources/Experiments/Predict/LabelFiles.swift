internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging

/// Files beside label maps that say what their values mean, for scripts, 3D Slicer and ITK-SNAP.
///
/// The colours are those of contact sheets and reports.
struct LabelFiles: Sendable {
    private let files: [(name: String, text: String)]

    init(_ labels: LabelTable) {
        let legend = Legend(labels)
        files = [
            ("labels.json", legend.json), ("labels.ctbl", legend.slicer),
            ("labels.txt", legend.snap),
        ]
    }

    /// The first file in a folder that another text lies in place of.
    func firstOther(in folder: String) -> String? {
        let paths = files.map { (path: "\(folder)/\($0.name)", text: $0.text) }
        return paths.first { path, text in
            FileManager.default.fileExists(atPath: path) && !Self.holds(path, text)
        }?.path
    }

    /// Writes what is missing or differs.
    func write(to folder: String) throws(PredictionFolderError) {
        for (name, text) in files {
            let path = "\(folder)/\(name)"
            guard !Self.holds(path, text) else { continue }
            do {
                try replaceText(at: path, by: text)
            } catch {
                throw .unwritableFile(path, reason: "\(error)")
            }
        }
    }

    private static func holds(_ path: String, _ text: String) -> Bool {
        (try? readText(at: path, limit: text.utf8.count)) == text
    }
}

/// The labels with their colours.
private struct Legend {
    let background: Int
    let labels: [(label: LabelTable.Label, colour: RGB)]

    init(_ table: LabelTable) {
        background = table.background
        labels = Array(
            zip(table.foreground, LabelColours.distinct(table.foreground.count)).map { ($0, $1) })
    }

    /// Names by value, as the Decathlon's `dataset.json` has them, and colours by value, as in `#ff9900`.
    var json: String {
        struct Document: Encodable {
            let schema = 1
            let labels: [String: String]
            let colours: [String: String]
        }
        let names = labels.map { ("\($0.label.value)", $0.label.name) }
        let document = Document(
            labels: Dictionary(uniqueKeysWithValues: [("\(background)", "background")] + names),
            colours: Dictionary(
                uniqueKeysWithValues: labels.map { ("\($0.label.value)", $0.colour.hexadecimal) }))
        guard let text = try? JSONDocument.text(of: document, .indented) else {
            preconditionFailure("texts cannot be written as JSON")
        }
        return text + "\n"
    }

    /// A colour table of 3D Slicer, as its `vtkMRMLColorTableStorageNode` writes and reads it.
    ///
    /// Its names have no spaces: they stand for `_`. Values are 0 to 1,000,000; others are left out.
    var slicer: String {
        let named = labels.filter { 0...1_000_000 ~= $0.label.value }.map { label, colour in
            let name = label.shownName.map { $0.isWhitespace ? "_" : String($0) }.joined()
            return "\(label.value) \(name) \(colour.red) \(colour.green) \(colour.blue) 255\n"
        }
        let clear = 0...1_000_000 ~= background ? ["\(background) background 0 0 0 0\n"] : []
        return "# Color table file labels.ctbl\n# \((clear + named).count) values\n"
            + (clear + named).joined()
    }

    /// A label description of ITK-SNAP, as its `ColorLabelTable` writes and reads it.
    ///
    /// Its values are 1 to 65,535, 0 being clear; others are left out. Quotes would end a name.
    var snap: String {
        let named = labels.filter { 1...65_535 ~= $0.label.value }.map { label, colour in
            line(label.value, colour, 1, label.shownName.replacing("\"", with: "'"))
        }
        let hidden = 1...65_535 ~= background ? [line(background, .grey(0), 0, "background")] : []
        return Self.snapHeader + line(0, .grey(0), 0, "Clear Label")
            + (hidden + named).joined()
    }

    private func line(_ value: Int, _ colour: RGB, _ opacity: Int, _ name: String) -> String {
        func column(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        let parts = [colour.red, colour.green, colour.blue].map { column("\($0)", 3) }
        return "  \(column("\(value)", 3))   " + parts.joined(separator: "  ")
            + "  \(column("\(opacity)", 7))  \(opacity)  \(opacity)    \"\(name)\"\n"
    }

    private static let snapHeader = """
        ################################################
        # ITK-SnAP Label Description File
        # File format:
        # IDX   -R-  -G-  -B-  -A--  VIS MSH  LABEL
        # Fields:
        #    IDX:   Zero-based index
        #    -R-:   Red color component (0..255)
        #    -G-:   Green color component (0..255)
        #    -B-:   Blue color component (0..255)
        #    -A-:   Label transparency (0.00 .. 1.00)
        #    VIS:   Label visibility (0 or 1)
        #    IDX:   Label mesh visibility (0 or 1)
        #  LABEL:   Label description
        ################################################

        """
}

extension LabelTable.Label {
    /// The name in one line; never empty.
    fileprivate var shownName: String {
        name.allSatisfy(\.isWhitespace) ? "label_\(value)" : name.printable
    }
}

extension RGB {
    /// As in `#ff9900`.
    fileprivate var hexadecimal: String {
        "#" + [red, green, blue].map { padded($0, to: 2, radix: 16) }.joined()
    }
}
