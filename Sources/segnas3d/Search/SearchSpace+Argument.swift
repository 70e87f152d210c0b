internal import ArgumentParser
internal import Host
internal import Search

extension SearchSpace {
    /// The space that an argument names: a preset, or a YAML file.
    init(named argument: String) throws {
        self =
            try Preset(rawValue: argument).map { SearchSpace($0) }
            ?? SearchSpace(contentsOf: argument)
    }

    /// What a plan keeps of it: the name of a preset, or what the file says.
    static func text(of argument: String) throws -> String {
        if Preset(rawValue: argument) != nil { return argument }
        guard argument.hasSuffix(".yaml") || argument.hasSuffix(".yml") else {
            throw ValidationError(
                "'\(argument)' is no search space: give segnas11, segnas4, segnas7 or a .yaml file")
        }
        _ = try SearchSpace(contentsOf: argument)
        return try readText(at: argument)
    }
}
