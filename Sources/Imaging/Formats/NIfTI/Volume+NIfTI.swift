internal import Glibc

extension Volume {
    /// Reads a NIfTI or Analyze image, of which a file's content is at hand.
    init(nifti content: ImageContent) throws(ImageError) {
        let path = content.path
        let (header, layout) = try naming(path) { () throws(ImageFault) in
            let header = try NIfTIHeader(content.head)
            return (header, try header.layout())
        }
        guard header.isPair else {
            self = try layout.volume(of: content)
            return
        }
        let samples = try naming(path) { () throws(ImageFault) in
            try NIfTIPair.samples(ofHeader: path)
        }
        self = try layout.volume(of: ImageContent(samples))
    }
}

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
