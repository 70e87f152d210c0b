/// The structures that 3D Slicer names: `Segment0_Name:=liver`, `Segment0_LabelValue:=1`, `Segment0_Layer:=0`.
extension NRRDHeader {
    /// Nil for a file that is no segmentation.
    func labelNames() -> LabelNames? {
        var entries: [LabelNames.Entry] = []
        // Segments are numbered from 0, and a header of 1 MB has no more than 10,000 fields.
        for index in 0..<10_000 {
            guard let name = pairs["Segment\(index)_Name"] ?? pairs["Segment\(index)_ID"] else {
                break
            }
            let layer = pairs["Segment\(index)_Layer"].flatMap { Int($0.trimmed) }
            let value = pairs["Segment\(index)_LabelValue"].flatMap { Int($0.trimmed) }
            // Before 2020 each segment had a layer of its own, and the value 1.
            let isOld = layer == nil && value == nil && isLayered
            entries.append(
                LabelNames.Entry(
                    name: name.trimmed, value: isOld ? 1 : value,
                    layer: layer ?? (isOld ? index : 0)))
        }
        return entries.isEmpty ? nil : LabelNames(entries)
    }

    private var isLayered: Bool { header["kinds"]?.lowercased().contains("list") ?? false }
}
