internal import Glibc

/// What a search chooses of the grid on which networks see images: it changes how these are prepared.
public struct GridChoice: Hashable, Sendable {
    /// Voxels along x, y and z of images that are all brought to one size, or of patches; nil where neither is chosen.
    public let size: SIMD3<Int>?
    /// Length in mm of a voxel along each axis; nil where it is not chosen, and where it is the ``planned`` one.
    public let spacing: SIMD3<Double>?

    /// The spacing of the study, as planned or given.
    public static let planned = "planned"

    public init(_ values: [Hyperparameter: HyperparameterValue]) {
        size = (values[.size] ?? values[.patch])?.choice.flatMap(Self.size)
        spacing = values[.spacing]?.choice.flatMap(Self.spacing)
    }

    /// Voxels along x, y and z, 1 to 1024, by a name such as `64` or `96x96x32`; nil for any other text.
    public static func size(_ name: String) -> SIMD3<Int>? {
        let limits = Limits.whole(1...1024)
        return axes(name) { Int($0) }.flatMap { axes in
            (0..<3).allSatisfy { limits.contains(Double(axes[$0])) } ? axes : nil
        }
    }

    /// Mm along x, y and z, 0.01 to 100, by a name such as `1.5` or `0.6x0.6x3.6`; nil for any other text.
    public static func spacing(_ name: String) -> SIMD3<Double>? {
        axes(name) { Double($0) }.flatMap { axes in
            (0..<3).allSatisfy { (0.01...100).contains(axes[$0]) } ? axes : nil
        }
    }

    private static func axes<Value: SIMDScalar>(
        _ name: String, _ value: (Substring) -> Value?
    ) -> SIMD3<Value>? {
        let parts = name.split(separator: "x", omittingEmptySubsequences: false)
        let axes = parts.compactMap(value)
        guard axes.count == parts.count else { return nil }
        return switch axes.count {
        case 1: SIMD3(repeating: axes[0])
        case 3: SIMD3(axes)
        default: nil
        }
    }

    /// Of some names of sizes or spacings the one nearest to given axes, by the logarithms of these.
    package static func nearest(
        to axes: SIMD3<Double>, of names: [String], _ read: (String) -> SIMD3<Double>?
    ) -> String? {
        func distance(_ name: String) -> Double {
            guard let other = read(name) else { return .infinity }
            return (0..<3).reduce(0) { sum, axis in
                let difference = log(other[axis] / axes[axis])
                return sum + difference * difference
            }
        }
        let distances = names.map(distance)
        return names.indices.min { (distances[$0], $0) < (distances[$1], $1) }.map { names[$0] }
    }
}

extension SearchSpace {
    /// The names among which the space chooses a setting; nil for numbers, and for what it does not mention.
    package func names(of setting: Hyperparameter) -> [String]? {
        guard case .categories(let names)? = self[.hyperparameter(setting)] else { return nil }
        return names
    }

    /// The different grids to which images are brought; patches of any size are cut from the same one.
    package var preparedGrids: [GridChoice] {
        var grids: [GridChoice] = []
        for size in variants(of: .size) {
            for spacing in variants(of: .spacing) {
                let grid = GridChoice(size.merging(spacing) { $1 })
                if !grids.contains(grid) { grids.append(grid) }
            }
        }
        return grids
    }

    /// Each name of a setting alone, and none where it may have no value.
    private func variants(
        of setting: Hyperparameter
    ) -> [[Hyperparameter: HyperparameterValue]] {
        let named = (names(of: setting) ?? []).map { [setting: HyperparameterValue.choice($0)] }
        let dimension = dimensions.first { $0.name == .hyperparameter(setting) }
        return named + (dimension?.conditions.isEmpty == false || named.isEmpty ? [[:]] : [])
    }
}
