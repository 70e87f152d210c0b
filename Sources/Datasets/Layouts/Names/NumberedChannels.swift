/// Cases of which several files differ in nnU-Net's number of the channel only: `a_0000`, `a_0001`.
///
/// Four digits may number cases as well: `scan_0000` to `scan_0099` are a hundred scans. Channels are few and begin with 0.
struct NumberedChannels {
    /// Files by channel, by the name of the case.
    let cases: [String: [Int: ImageFileName]]

    /// More channels than this no dataset has had.
    static let limit = 16

    init(_ images: [ImageFileName]) {
        var found: [String: [Int: ImageFileName]] = [:]
        for image in images {
            guard let (identifier, index) = image.channel else { continue }
            found[identifier, default: [:]][index] = image
        }
        let several = found.filter { _, files in
            files.count > 1 && files[0] != nil && files.keys.allSatisfy { $0 < Self.limit }
        }
        // A single name with many numbers is a series of scans.
        let isSeries = found.count == 1 && several.values.contains { $0.count > 4 }
        cases = isSeries ? [:] : several
    }
}
