package import SegNASImaging

/// Regions: structures made of several values of the label maps, such as a whole tumour and its core.
///
/// Isensee et al. 2019, "No New-Net", arXiv:1809.10483. A network has one output for each region and none for the
/// background, as regions may overlap. Its label maps are painted region by region in their order, later ones over
/// earlier ones, each with its value.
extension LabelTable {
    /// A structure made of one or several values.
    public struct Region: Hashable, Codable, Sendable {
        public var name: String
        /// The stored values that make it up, ascending.
        public var values: [Int]
        /// The value that it is painted with: one of its values, and of no other region's painting.
        public var value: Int

        public init(name: String, values: [Int], value: Int) {
            self.name = name
            self.values = Set(values).sorted()
            self.value = value
        }
    }

    /// A table with regions of the same background; each value that they are made of is a label.
    ///
    /// A value that is a region by itself has its name, another one the name `label_V`.
    public init(regions: [Region], background: Int = 0, ignore: Int? = nil) {
        let values = Set(regions.flatMap(\.values))
        let names = Dictionary(
            regions.filter { $0.values.count == 1 }.map { ($0.values[0], $0.name) }
        ) { first, _ in first }
        self.init(
            foreground: values.map { Label(name: names[$0] ?? "label_\($0)", value: $0) },
            background: background, ignore: ignore, regions: regions)
    }

    /// What a network finds and an evaluation measures: the regions, by the values that they are painted with, or else
    /// the foreground.
    public var structures: [Label] {
        regions?.map { Label(name: $0.name, value: $0.value) } ?? foreground
    }

    /// The word for one of the ``structures``.
    package var structureNoun: String { regions == nil ? "label" : "region" }

    /// Outputs of a network: one for each region, or for each class.
    public var outputCount: Int { regions?.count ?? classCount }

    /// The stored values that make up each of the ``structures``, in their order.
    public var structureValues: [[Int]] {
        regions?.map(\.values) ?? foreground.map { [$0.value] }
    }

    /// The name of a structure as a key of JSON, as nnU-Net writes it: `3`, or `(1, 2, 3)` for several values.
    public func key(ofStructure value: Int) -> String {
        guard let values = regions?.first(where: { $0.value == value })?.values, values.count > 1
        else { return "\(value)" }
        return "(" + values.map(String.init).joined(separator: ", ") + ")"
    }
}

extension LabelTable {
    /// True if label maps can tell the regions apart, and each of their values is a label; without regions true.
    package var hasSoundRegions: Bool {
        guard let regions else { return true }
        let values = Set(foreground.map(\.value))
        return !regions.isEmpty && regionFaults.isEmpty
            && regions.allSatisfy { !$0.values.isEmpty && values.isSuperset(of: $0.values) }
    }

    /// The classes of label maps that make up each of the ``structures``, in their order.
    package var structureClasses: [[UInt8]] {
        let classes = classes
        return structureValues.map { values in values.compactMap { classes[$0] }.sorted() }
    }

    /// The classes of label maps that make up each region; nil where each label is one value.
    package var regionClasses: [[UInt8]]? { regions == nil ? nil : structureClasses }

    /// How the outputs of a network become a class.
    package var scoreRule: ScoreRule {
        guard let regions else { return .mostProbable }
        let classes = classes
        return .painted(regions.compactMap { classes[$0.value] })
    }
}
