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

    /// CIFTI-2 keeps NIfTI-2's header, and says by its intent or by an extension of XML that it is none.
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

    /// Whether the header has NaN in the place of a scaling: programs wrote that for none.
    var isUnscaledByNaN: Bool { slope.isNaN && (intercept.isNaN || intercept == 0) }

    private func sampleOffset() throws(ImageFault) -> Int {
        // The header is followed by four bytes that say whether extensions follow.
        let least = isPair ? 0 : (version == .nifti2 ? Self.size2 : Self.size1) + 4
        guard let offset = Int(exactly: dataOffset), offset >= least, offset < 1 << 40 else {
            throw .dataOffset(dataOffset)
        }
        return offset
    }
}
