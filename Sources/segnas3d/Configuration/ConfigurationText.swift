internal import ArgumentParser
internal import SegNASHost

/// A file of options: those that are given or were chosen, and all others as comments.
struct ConfigurationText {
    private let options: CommandOptions
    private let given: GivenArguments
    /// What was chosen for options that were not given.
    private let chosen: [String: String]

    /// The file of a command with the arguments of this program.
    ///
    /// - Parameters:
    ///   - command: The command whose options they are.
    ///   - chosen: The values that were planned, by the options' names.
    /// - Throws: `OptionFaults` if a file of options that adds to them cannot be read.
    init(of command: any ConfigurableCommand.Type, chosen: [String: String]) throws {
        options = try CommandOptions(of: command)
        given = GivenArguments(Array(try Segnas3d.expandedArguments().dropFirst()), options)
        self.chosen = chosen
    }

    var text: String {
        let head = """
            # Options of segnas3d \(options.command), by their names: segnas3d \(options.command) --config THIS-FILE
            # Options on the command line win. A name after # has no value yet: remove the # and write one.
            """
        return ([head] + options.settable.map(block)).joined(separator: "\n\n") + "\n"
    }

    /// An option below what it means.
    private func block(_ option: CommandOptions.Option) -> String {
        let comment = wrapped(option.help).map { "# \($0)" }
        return (comment + [line(option)]).joined(separator: "\n")
    }

    private func line(_ option: CommandOptions.Option) -> String {
        if let values = given.values(of: option) {
            return "\(option.name): \(Self.value(values, of: option))"
        }
        if let value = chosen[option.name] {
            return "\(option.name): \(Self.scalar(value))"
        }
        return "#\(option.name):"
    }

    private static func value(_ values: [String], of option: CommandOptions.Option) -> String {
        if option.kind == .flag { return values.last == option.name ? "true" : "false" }
        guard option.isRepeating else { return scalar(values.last ?? "") }
        return "[" + values.map(scalar).joined(separator: ", ") + "]"
    }

    /// A value as YAML reads it back.
    private static func scalar(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || "/._-+".contains($0))
            }
            && text.first.map { $0.isLetter || $0.isNumber || "/.".contains($0) } == true
        guard !isPlain else { return text }
        let escaped = text.split(separator: "'", omittingEmptySubsequences: false)
        return "'" + escaped.joined(separator: "''") + "'"
    }

    /// Text in lines for a comment.
    private func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + word.count < 100 {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
