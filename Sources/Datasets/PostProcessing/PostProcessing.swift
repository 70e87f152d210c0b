package import SegNASImaging

/// The clean-up of predicted label maps: of some labels only the largest connected component is kept.
///
/// Voxels are connected through faces, edges and corners (26 neighbours), as in nnU-Net; where several components are
/// the largest, all of them stay. What is removed becomes background.
public struct PostProcessing: Hashable, Sendable {
    /// The steps, in the order in which they are taken.
    public var steps: [Step]

    /// A step: what is seen as one structure, of which the largest component stays.
    public enum Step: Hashable, Sendable {
        /// All labels of the foreground together.
        case foreground
        /// One label, by its stored value.
        case label(Int)
    }

    public init(_ steps: [Step] = []) {
        self.steps = steps
    }

    /// Cleans classes up.
    ///
    /// - Parameters:
    ///   - classes: uint8 `[z, y, x]`, 0 for the background.
    ///   - size: Voxels along x, y and z.
    ///   - labels: The labels that the classes stand for.
    /// - Returns: The classes that stay, laid out in the same way.
    package func applied(to classes: Samples, size: SIMD3<Int>, labels: LabelTable) -> Samples {
        guard !steps.isEmpty else { return classes }
        let values = classes.withValues(as: UInt8.self) { Array($0) }
        return Samples(applied(to: values, size: size, labels: labels))
    }

    func applied(to classes: [UInt8], size: SIMD3<Int>, labels: LabelTable) -> [UInt8] {
        var classes = classes
        for groups in groupings(labels) { keepLargest(of: groups, in: &classes, size: size) }
        return classes
    }

    /// For each pass over the voxels the group of each class, 0 for those that it leaves as they are.
    ///
    /// Labels that follow each other share a pass: what is removed of one changes no component of another.
    private func groupings(_ labels: LabelTable) -> [[Int32]] {
        var passes: [[Int32]] = []
        var isOfLabels = false
        for step in steps {
            switch step {
            case .foreground:
                passes.append((0..<256).map { (1..<labels.classCount).contains($0) ? 1 : 0 })
                isOfLabels = false
            case .label(let value):
                guard let found = labels.classes[value], found > 0 else { continue }
                if !isOfLabels { passes.append([Int32](repeating: 0, count: 256)) }
                passes[passes.count - 1][Int(found)] = Int32(found)
                isOfLabels = true
            }
        }
        return passes
    }

    private func keepLargest(of groups: [Int32], in classes: inout [UInt8], size: SIMD3<Int>) {
        let map = LabelMap(
            values: classes.map { Int32($0) }, geometry: Geometry(size: size, affine: .identity))
        let found = ConnectedComponents(of: map, connectivity: .corners) { groups[Int($0)] }
        var largest = [Int](repeating: 0, count: 256)
        for component in found.components {
            let label = Int(component.label)
            largest[label] = max(largest[label], component.voxelCount)
        }
        for run in found.runs {
            let component = found.components[run.component]
            guard component.voxelCount < largest[Int(component.label)] else { continue }
            for voxel in run.voxels { classes[voxel] = 0 }
        }
    }

    /// Words for a user: only the largest connected component of all labels together, then of liver, is kept.
    public func words(_ labels: LabelTable) -> String {
        let names = steps.compactMap { step in
            if case .label(let value) = step { labels.name(of: value) } else { nil }
        }
        let parts =
            (steps.contains(.foreground) ? ["of all labels together"] : [])
            + (names.isEmpty ? [] : ["of \(Self.list(names))"])
        return "only the largest connected component \(parts.joined(separator: ", then ")) is kept"
    }

    private static func list(_ names: [String]) -> String {
        guard names.count <= 4 else { return "each of \(names.count) labels" }
        let first = names.dropLast().joined(separator: ", ")
        return first.isEmpty ? names[0] : "\(first) and \(names[names.count - 1])"
    }
}

extension LabelTable {
    fileprivate func name(of value: Int) -> String {
        foreground.first { $0.value == value }?.name ?? "label \(value)"
    }
}

/// In JSON `"foreground"`, or a label's stored value.
extension PostProcessing.Step: Codable {
    private static let foregroundText = "foreground"

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Int.self) {
            self = .label(value)
            return
        }
        guard try container.decode(String.self) == Self.foregroundText else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "neither a label's value nor the foreground")
        }
        self = .foreground
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .foreground: try container.encode(Self.foregroundText)
        case .label(let value): try container.encode(value)
        }
    }
}

/// In JSON the list of its steps.
extension PostProcessing: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(try [Step](from: decoder))
    }

    public func encode(to encoder: any Encoder) throws {
        try steps.encode(to: encoder)
    }
}
