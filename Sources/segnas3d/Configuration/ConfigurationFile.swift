internal import ArgumentParser
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch

/// Arguments for a file that holds options, of all commands that have many.
struct ConfigurationArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            YAML file with options by their names, such as epochs: 30; those that are given here win.
            """, valueName: "file"))
    var config: String?

    @Flag(
        help:
            "Print such a file with the options that are given, those that were planned, and all others."
    )
    var printConfig = false
}

/// A command whose options may come from a file.
protocol ConfigurableCommand: ParsableCommand {
    var configuration: ConfigurationArguments { get }
}

/// A YAML file that holds options of a command.
struct ConfigurationFile {
    private struct Entry {
        var option: CommandOptions.Option
        var values: [String]
    }

    private let entries: [Entry]

    /// Reads a file.
    ///
    /// - Throws: `OptionFaults` with all that is wrong, a line for each.
    init(
        _ path: String, of command: any ConfigurableCommand.Type, _ known: CommandOptions
    ) throws {
        let options: [YAMLOption]
        do {
            options = try YAMLOption.all(in: readText(at: path))
        } catch let fault as YAMLFault {
            throw OptionFaults([Self.located(fault.reason, fault.line, in: path)])
        } catch let fault as TextFileFault {
            throw OptionFaults([Self.located("\(fault)", nil, in: path)])
        }
        var faults: [String] = []
        entries = options.compactMap { given in
            do throws(Fault) {
                return try Self.entry(given, of: command, known)
            } catch {
                faults.append(Self.located(error.reason, given.line, in: path))
                return nil
            }
        }
        guard faults.isEmpty else { throw OptionFaults(faults) }
    }

    private static func located(_ reason: String, _ line: Int?, in path: String) -> String {
        "\(path):" + (line.map { "\($0):" } ?? "") + " \(reason)"
    }

    private struct Fault: Error {
        var reason: String
    }

    private static func entry(
        _ given: YAMLOption, of command: any ConfigurableCommand.Type, _ known: CommandOptions
    ) throws(Fault) -> Entry {
        guard let option = known.settable.first(where: { $0.name == given.name }) else {
            let names = known.settable.map(\.name)
            throw Fault(
                reason:
                    "there is no '\(given.name.printable)'; \(advice(for: given.name, among: names))"
            )
        }
        guard let values = given.values, !values.isEmpty, !values.contains("") else {
            throw Fault(reason: "\(option.name) has no value: write one, or leave the line out")
        }
        if option.kind == .flag {
            guard values.count == 1, values == ["true"] || values == ["false"] else {
                throw Fault(reason: "\(option.name) must be true or false")
            }
            return Entry(option: option, values: values)
        }
        guard values.count == 1 || option.isRepeating else {
            throw Fault(reason: "\(option.name) takes one value, and this is a list")
        }
        if option.kind == .option, let reason = refusal(of: option, values, by: command) {
            throw Fault(reason: reason)
        }
        return Entry(option: option, values: values)
    }

    /// What the parser says against the values of an option alone; nil if it takes them.
    private static func refusal(
        of option: CommandOptions.Option, _ values: [String],
        by command: any ConfigurableCommand.Type
    ) -> String? {
        do {
            // What else the command needs.
            let needed = option.name == "output" ? ["."] : [".", "--output", "."]
            _ = try command.parse(needed + values.flatMap { ["--\(option.name)=\($0)"] })
            return nil
        } catch {
            // That options do not go together, or that one is missing, is seen when all are read.
            let message = command.message(for: error)
            return message.hasPrefix("The value '") ? message : nil
        }
    }

    /// The arguments for the options that a command line leaves to the file.
    func arguments(beside given: GivenArguments) -> [String] {
        entries.filter { !given.holds($0.option) }.flatMap { entry -> [String] in
            let (option, values) = (entry.option, entry.values)
            return switch option.kind {
            case .positional: values
            case .option: values.map { "--\(option.name)=\($0)" }
            case .flag:
                // What cannot be turned off is off if it is not given.
                (values == ["true"] ? option.name : option.others.first { $0.hasPrefix("no-") })
                    .map { ["--\($0)"] } ?? []
            }
        }
    }

    /// The arguments of the program, with what a file of `--config` adds to them.
    ///
    /// - Parameters:
    ///   - arguments: Those that follow the program's name.
    ///   - commands: The commands whose options may come from a file.
    /// - Returns: The arguments for the parser.
    /// - Throws: `OptionFaults` with all that is wrong with the file.
    static func expanded(
        _ arguments: [String], commands: [any ConfigurableCommand.Type]
    ) throws -> [String] {
        guard arguments.contains(where: { $0.hasPrefix("--config") }),
            let command = commands.first(where: { $0._commandName == arguments.first })
        else { return arguments }
        let known = try CommandOptions(of: command)
        let given = GivenArguments(Array(arguments.dropFirst()), known)
        guard let config = known.named("config"), let path = given.values(of: config)?.last else {
            return arguments
        }
        let file = try ConfigurationFile(path, of: command, known)
        return [arguments[0]] + file.arguments(beside: given) + arguments.dropFirst()
    }
}
