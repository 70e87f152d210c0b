/// Which labels a phantom of the brain has when only its first structures are labelled.
///
/// The rest of the brain keeps the first label, `brain`: with one structure the task is to find the brain, and
/// with all of them that label is the cerebral grey matter, which is what remains.
struct BrainLabels {
    let table: LabelTable
    /// The label of each tissue.
    let values: [UInt8]

    init(structures count: Int) {
        let named = Tissue.structures.prefix(count)
        // Values follow the usual order of the structures, whatever their sizes.
        let ordered = named.sorted { $0.rawValue < $1.rawValue }
        let isWhole = count == Tissue.structures.count
        table = LabelTable(
            foreground: ordered.enumerated().map { index, structure in
                let isRest = structure == .cerebralGrey && !isWhole
                return .init(name: isRest ? "brain" : structure.structureName, value: index + 1)
            })
        var values = [UInt8](repeating: 0, count: Tissue.allCases.count)
        for structure in Tissue.structures {
            let index = ordered.firstIndex(of: structure) ?? 0
            values[Int(structure.rawValue)] = UInt8(index + 1)
        }
        self.values = values
    }
}
