/// The structures that an image file itself names, as segmentations of 3D Slicer and label maps of TotalSegmentator do.
public struct LabelNames: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        public var name: String
        /// The stored value of its voxels; nil if the file does not say it.
        public var value: Int?
        /// Structures on different layers may overlap.
        public var layer: Int

        public init(name: String, value: Int?, layer: Int = 0) {
            self.name = name
            self.value = value
            self.layer = layer
        }
    }

    /// In the file's order.
    public var entries: [Entry]

    public init(_ entries: [Entry]) {
        self.entries = entries
    }

    /// The name of a value, where the file has one that means something.
    public func name(of value: Int) -> String? {
        entries.first { $0.value == value && Self.isMeaningful($0.name) }?.name
    }

    /// The structure that another file means by a name and a number: the one of that name, else, of names that say
    /// nothing or that several structures share, the one with that value.
    package func entry(for name: String, number: Int?) -> Entry? {
        if let named = entries.first(where: { Self.areSame($0.name, name) }) { return named }
        guard let number, let entry = entries.first(where: { $0.value == number }) else {
            return nil
        }
        let isShared = entry.name == Self.name(name, ofOneValue: number)
        return isShared || !Self.isMeaningful(name) ? entry : nil
    }

    /// A name for one of the values that share a name.
    package static func name(_ name: String, ofOneValue value: Int) -> String {
        "\(name)_\(value)"
    }

    /// The fault that keeps the file from being a label map: layers, or one value for two structures.
    var fault: LabelFault? {
        let layers = Set(entries.map(\.layer)).count
        guard layers == 1 || entries.isEmpty else {
            return .layers(layers, structures: entries.map(\.name))
        }
        let named = entries.filter { $0.value != nil && Self.isMeaningful($0.name) }
        let shared = Dictionary(grouping: named) { $0.value ?? 0 }.filter { _, same in
            Set(same.map { Self.key($0.name) }).count > 1
        }
        return shared.min { $0.key < $1.key }.map {
            .sharedValue($0.key, structures: $0.value.map(\.name))
        }
    }
}

extension LabelNames {
    /// True if a name says what a structure is: programs number unnamed ones.
    public static func isMeaningful(_ name: String) -> Bool {
        let words = words(of: name).joined()
        let stem = String(words.reversed().drop(while: \.isNumber).reversed())
        return !["", "segment", "label", "unnamed", "unknown"].contains(stem)
    }

    /// True if two names are the same but for case, marks between words, and the order of words.
    public static func areSame(_ name: String, _ other: String) -> Bool {
        key(name) == key(other) || words(of: name).joined() == words(of: other).joined()
    }

    /// The same for names that are the same.
    static func key(_ name: String) -> String {
        words(of: name).sorted().joined(separator: " ")
    }

    private static func words(of name: String) -> [String] {
        name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }
}
