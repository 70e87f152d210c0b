/// The space that an NRRD header measures in: `space: left-posterior-superior`, or `space dimension: 3`.
struct NRRDSpace {
    /// Coordinates of a position; those behind the third are times.
    var dimension: Int
    /// Turn the first three coordinates towards right, anterior and superior.
    var signs: SIMD3<Double> = lps
    /// What is unsure about the signs.
    var remark: HeaderRemark?

    /// Which way the coordinates run is not said; they are taken as ITK takes them.
    static func unknown(dimension: Int) -> NRRDSpace {
        NRRDSpace(dimension: dimension, remark: .unknownSpace(nil))
    }

    /// The space of a name, in any case and with any marks between its words; nil for a name that the format lacks.
    init?(named name: String) {
        let word = name.lowercased().filter { !" -_".contains($0) }
        let suffix = ["", "time", "t"].first {
            word.hasSuffix($0) && Self.isName(word.dropLast($0.count))
        }
        guard let suffix else { return nil }
        dimension = suffix.isEmpty ? 3 : 4
        switch word.dropLast(suffix.count) {
        case "rightanteriorsuperior", "ras": signs = [1, 1, 1]
        case "leftanteriorsuperior", "las": signs = [-1, 1, 1]
        case "leftposteriorsuperior", "lps": signs = Self.lps
        case "3dlefthanded": remark = .leftHandedSpace(name)
        // For a patient on his back, head first, the scanner's axes are LPS.
        default: remark = .unknownSpace(name)
        }
    }

    private init(dimension: Int, remark: HeaderRemark) {
        self.dimension = dimension
        self.remark = remark
    }

    private static func isName(_ word: Substring) -> Bool { names.contains(String(word)) }

    private static let names: Set = [
        "rightanteriorsuperior", "ras", "leftanteriorsuperior", "las", "leftposteriorsuperior",
        "lps", "scannerxyz", "3drighthanded", "3dlefthanded",
    ]

    private static let lps: SIMD3<Double> = [-1, -1, 1]
}
