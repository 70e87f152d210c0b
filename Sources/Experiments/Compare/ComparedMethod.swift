internal import FoundationEssentials
public import SegNASSearch

/// A search of a space, or the training of one network, that is compared with others.
public struct ComparedMethod: Hashable, Codable, Sendable {
    /// What a method does.
    public enum Kind: Hashable, Codable, Sendable {
        /// A space: the name of a preset, or YAML.
        case search(space: String)
        case training(Architecture)
    }

    /// Its folder in that of a split.
    public let name: String
    /// As the paper writes it.
    public let title: String
    public let kind: Kind

    /// A method named after a preset or a file, whose ending is left out.
    public init(named name: String, _ kind: Kind) {
        self.name = URL(filePath: name).deletingPathExtension().lastPathComponent
        title = Self.titles[name] ?? self.name
        self.kind = kind
    }

    public var isSearch: Bool {
        if case .search = kind { true } else { false }
    }

    /// Whether their folders or their rows would be taken for each other.
    func isNamed(as other: ComparedMethod) -> Bool {
        !Set([name, title].map { $0.lowercased() })
            .isDisjoint(with: [other.name, other.title].map { $0.lowercased() })
    }

    private static let titles = [
        "segnas11": "SegNAS11", "segnas4": "SegNAS4", "segnas7": "SegNAS7", "unet3d": "3D U-Net",
        "vnet": "V-Net", "nnunet": "nnU-Net", "nnunet-resenc": "nnU-Net ResEnc",
    ]
}
