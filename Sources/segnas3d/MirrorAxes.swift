internal import ArgumentParser

/// Axes named on the command line, as `xz`.
struct MirrorAxes: ExpressibleByArgument {
    var axes: Set<Int>

    init?(argument: String) {
        let places = argument.lowercased().map { "xyz".firstIndex(of: $0) }
        axes = Set(places.compactMap { $0.map { "xyz".distance(from: "xyz".startIndex, to: $0) } })
        guard !argument.isEmpty, axes.count == argument.count else { return nil }
    }
}
