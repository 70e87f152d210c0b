internal import Glibc

/// Images in two files: `x.hdr` and `x.img`, or `x.hdr.gz` and `x.img.gz`.
enum NIfTIPair {
    /// The file of the samples that belongs to a header.
    static func samples(ofHeader path: String) throws(ImageFault) -> String {
        guard let partner = partner(of: path, from: ".hdr", to: ".img") else { throw .pairName }
        guard access(partner, F_OK) == 0 else { throw .partner(missing: partner) }
        return partner
    }

    /// The header that belongs to a file of samples, or nil where the name is not that of one.
    static func header(ofSamples path: String) throws(ImageFault) -> String? {
        guard let partner = partner(of: path, from: ".img", to: ".hdr") else { return nil }
        guard access(partner, F_OK) == 0 else { throw .partner(missing: partner) }
        return partner
    }

    private static func partner(of path: String, from: String, to: String) -> String? {
        for compression in ["", ".gz"] {
            let lower = path.lowercased()
            guard lower.hasSuffix(from + compression) else { continue }
            let end = path.suffix(from.count + compression.count)
            // As in X.HDR: the partner's name has the same case.
            let isUpper = end == end.uppercased()
            let other = (isUpper ? to.uppercased() : to) + end.dropFirst(from.count)
            return path.dropLast(end.count) + other
        }
        return nil
    }
}
