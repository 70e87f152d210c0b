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
