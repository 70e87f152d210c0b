internal import ArgumentParser
import FoundationEssentials
internal import Search

/// A search of a space, or the training of one network, that is compared with others.
struct ComparedMethod {
    enum Kind {
        /// A space, as arguments name it.
        case search(space: String)
        case training(Architecture)
    }

    /// Its folder in that of a split.
    let name: String
    /// As the paper writes it.
    let title: String
    let kind: Kind

    /// Those that are asked for: searches, then networks.
    static func all(_ arguments: CompareArguments) throws -> [ComparedMethod] {
        let methods =
            try arguments.spaces.map { try ComparedMethod(space: $0) }
            + arguments.baselines.map { try ComparedMethod(network: $0) }
        for (index, method) in methods.enumerated()
        where methods[..<index].contains(where: { $0.isNamed(as: method) }) {
            throw ValidationError(
                "two methods are named \(method.name): methods are named after their files")
        }
        return methods
    }

    /// Whether their folders or their rows would be taken for each other.
    private func isNamed(as other: ComparedMethod) -> Bool {
        !Set([name, title].map { $0.lowercased() })
            .isDisjoint(with: [other.name, other.title].map { $0.lowercased() })
    }

    private init(space argument: String) throws {
        // Refuses what is no space.
        _ = try SearchSpace.text(of: argument)
        name = Self.name(of: argument)
        title = Self.titles[argument] ?? name
        kind = .search(space: argument)
    }

    private init(network argument: String) throws {
        guard let network = try Architecture(argument: argument) else {
            throw ValidationError(
                "'\(argument)' is no network: give unet3d, vnet or an architecture's .json file")
        }
        name = Self.name(of: argument)
        title = Self.titles[argument] ?? name
        kind = .training(network)
    }

    private static let titles = [
        "segnas11": "SegNAS11", "segnas4": "SegNAS4", "segnas7": "SegNAS7", "unet3d": "3D U-Net",
        "vnet": "V-Net",
    ]

    /// A file's name without its ending.
    private static func name(of argument: String) -> String {
        URL(filePath: argument).deletingPathExtension().lastPathComponent
    }
}
