internal import ArgumentParser
internal import FoundationEssentials

/// The options of a subcommand, as the parser describes them.
struct CommandOptions {
    struct Option {
        /// The name without dashes; for what has no dashes, such as the dataset, that of its value.
        var name: String
        var kind: Kind
        /// Other names: of one letter, or what turns a flag off.
        var others: [String]
        var isRepeating: Bool
        var takesAllThatFollow: Bool
        var help: String

        enum Kind: String, Decodable {
            case positional, option, flag
        }
    }

    let command: String
    let all: [Option]

    init(of command: any ParsableCommand.Type) throws {
        let document = try JSONDecoder().decode(
            Document.self, from: Data(command._dumpHelp().utf8))
        self.command = document.command.commandName
        var all: [Option] = []
        for option in document.command.arguments.map(Option.init) {
            // The parser knows --images and --no-images as two flags.
            let positive = all.firstIndex { option.kind == .flag && "no-\($0.name)" == option.name }
            if let positive {
                all[positive].others.append(option.name)
            } else {
                all.append(option)
            }
        }
        self.all = all
    }

    /// The option with a name of one or more letters.
    func named(_ name: String) -> Option? {
        all.first { $0.kind != .positional && ($0.name == name || $0.others.contains(name)) }
    }

    /// Those that a file may give.
    var settable: [Option] { all.filter { !Self.unsettable.contains($0.name) } }

    private static let unsettable: Set = ["config", "print-config", "help", "version"]

    // MARK: - What the parser writes

    fileprivate struct Document: Decodable {
        var command: Command

        struct Command: Decodable {
            var commandName: String
            var arguments: [Argument]
        }

        struct Argument: Decodable {
            var kind: Option.Kind
            var names: [Name]?
            var preferredName: Name?
            var valueName: String?
            var isRepeating: Bool
            var parsingStrategy: String
            var abstract: String?
        }

        struct Name: Decodable {
            var name: String
        }
    }
}

extension CommandOptions.Option {
    fileprivate init(_ argument: CommandOptions.Document.Argument) {
        let names = (argument.names ?? []).map(\.name)
        // -o and --output: the long one.
        name =
            names.first { $0.count > 1 } ?? argument.preferredName?.name ?? argument.valueName
            ?? ""
        others = names.filter { [name] in $0 != name }
        kind = argument.kind
        isRepeating = argument.isRepeating
        takesAllThatFollow = argument.parsingStrategy == "upToNextOption"
        help = argument.abstract ?? ""
    }
}

/// The arguments of a command line, sorted into options and values.
struct GivenArguments {
    /// The options that are given, with their values, in their order.
    private(set) var options: [(option: CommandOptions.Option, values: [String])] = []
    private(set) var positionals: [String] = []

    /// Sorts what follows the subcommand; what the parser will refuse is left out.
    init(_ arguments: [String], _ known: CommandOptions) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                positionals += rest
                break
            }
            guard argument.hasPrefix("-"), argument.count > 1 else {
                positionals.append(argument)
                continue
            }
            let parts = argument.drop { $0 == "-" }.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let option = known.named(String(parts[0])) else { continue }
            if parts.count == 2 {
                options.append((option, [String(parts[1])]))
            } else if option.kind == .flag {
                // Of two names of a flag, the one that is given.
                options.append((option, [String(parts[0])]))
            } else {
                var values: [String] = []
                while let next = rest.first, values.isEmpty || option.takesAllThatFollow,
                    !next.hasPrefix("-") || next == "-" || Double(next) != nil
                {
                    values.append(next)
                    rest.removeFirst()
                }
                options.append((option, values))
            }
        }
    }

    func holds(_ option: CommandOptions.Option) -> Bool {
        option.kind == .positional
            ? !positionals.isEmpty : options.contains { $0.option.name == option.name }
    }

    /// The values of an option; nil if it is not given.
    func values(of option: CommandOptions.Option) -> [String]? {
        guard holds(option) else { return nil }
        return option.kind == .positional
            ? positionals : options.filter { $0.option.name == option.name }.flatMap(\.values)
    }
}
