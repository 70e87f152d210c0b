internal import Glibc

extension NIfTIHeader {
    /// Reads a NIfTI or Analyze image, of which a file's content is at hand.
    static func read(_ content: ImageContent) throws(ImageError) -> (Volume, [ImageRemark]) {
        let path = content.path
        let (header, layout) = try naming(path) { () throws(ImageFault) in
            let header = try NIfTIHeader(content.head)
            return (header, try header.layout())
        }
        let remarks = header.remarks(of: layout)
        guard header.isPair else { return (try layout.volume(of: content), remarks) }
        let samples = try naming(path) { () throws(ImageFault) in
            try NIfTIPair.samples(ofHeader: path)
        }
        return (try layout.volume(of: ImageContent(samples)), remarks)
    }

    private func remarks(of layout: ImageLayout) -> [ImageRemark] {
        var remarks: [ImageRemark] = []
        if qformCode == 0, sformCode == 0 { remarks.append(.guessedPlace) }
        if let unit { remarks.append(.unit(unit.name)) }
        if isUnscaledByNaN { remarks.append(.unscaled) }
        if let spacingRemark { remarks.append(spacingRemark) }
        // A qform that is not used may be broken.
        if let sform = try? sformAffine(), let qform = try? qformAffine() {
            let axes = Array((layout.shape + [1, 1]).prefix(3))
            let distances = (0..<8).map { corner in
                let voxel = SIMD3<Double>(
                    (0..<3).map { corner >> $0 & 1 == 0 ? 0 : Double(axes[$0] - 1) })
                return (sform(voxel) - qform(voxel)).length
            }
            // Less than a tenth of a voxel is the rounding of quaternions.
            let distance = distances.max() ?? 0
            if distance > 0.1 * layout.affine.spacing.min() {
                remarks.append(.formsDiffer(millimetres: distance))
            }
        }
        return remarks
    }
}

extension NIfTIHeader {
    /// Checks all that the samples' reader and users of the volume rely on.
    func layout() throws(ImageFault) -> ImageLayout {
        guard !isCIFTI else { throw .cifti }
        let type = try NIfTIDataType.sampleType(code: dataType, bits: bitsPerSample)
        let shape = try shape(of: type)
        try checkSpacing()
        return ImageLayout(
            shape: shape, affine: try affine(of: shape), forms: NIfTIForms(self),
            scaling: try scaling(), type: type, isBigEndian: isBigEndian,
            offset: try sampleOffset())
    }

    /// CIFTI-2 keeps NIfTI-2's header, and says by its intent or by an extension of XML that it is not NIfTI.
    private var isCIFTI: Bool {
        (3000..<3100).contains(intent) || firstExtension == 32
    }

    private func shape(of type: SampleType) throws(ImageFault) -> [Int] {
        guard (1...7).contains(dimensions[0]) else { throw .dimensions(dimensions) }
        return try ImageLayout.checkedShape(
            Array(dimensions[1...dimensions[0]]), type: type)
    }

    private func scaling() throws(ImageFault) -> Scaling {
        // A slope of zero says that samples are not scaled.
        if slope == 0 || isUnscaledByNaN { return .identity }
        guard slope.isFinite, intercept.isFinite else {
            throw .scaling(slope: slope, intercept: intercept)
        }
        return Scaling(slope: slope, intercept: intercept)
    }

    /// True if the header has NaN in the place of a scaling: programs wrote that for none.
    var isUnscaledByNaN: Bool { slope.isNaN && (intercept.isNaN || intercept == 0) }

    private func sampleOffset() throws(ImageFault) -> Int {
        // The header is followed by four bytes that say whether extensions follow.
        let minimum = isPair ? 0 : (version == .nifti2 ? Self.size2 : Self.size1) + 4
        guard let offset = Int(exactly: dataOffset), offset >= minimum, offset < 1 << 40 else {
            throw .dataOffset(dataOffset)
        }
        return offset
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

    /// The header that belongs to a file of samples, or nil if the name is not that of one.
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
