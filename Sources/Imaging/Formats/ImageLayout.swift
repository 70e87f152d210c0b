/// What a header says of an image, checked: enough to make the volume of the bytes.
struct ImageLayout {
    var shape: [Int]
    var affine: Affine
    var forms: NIfTIForms?
    var scaling = Scaling.identity
    var type: SampleType
    var isBigEndian: Bool
    /// Where the samples begin in their file.
    var offset: Int
    /// Whether the format has something behind the samples.
    var allowsMore = false

    /// Bytes of all samples; the header's reader has made sure that they can be counted.
    var byteCount: Int { shape.reduce(type.size, *) }

    /// Checks the lengths of axes before anything is computed of them.
    ///
    /// A product that fits in memory's addresses is enough: whether the file holds so much is checked against its size.
    static func checkedShape(_ lengths: [Int], type: SampleType) throws(ImageFault) -> [Int] {
        guard (1...7).contains(lengths.count), lengths.allSatisfy({ $0 > 0 }) else {
            throw .dimensions(lengths)
        }
        var bytes = type.size
        for length in lengths {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
            guard !overflow, product < 1 << 48 else { throw .dimensions(lengths) }
            bytes = product
        }
        return lengths
    }

    /// The volume whose samples lie in a file as this says.
    func volume(of content: ImageContent) throws(ImageError) -> Volume {
        let buffer = try content.part(at: offset, byteCount: byteCount, allowingMore: allowsMore)
        if isBigEndian { buffer.swapBytes(sampleSize: type.size) }
        var volume = Volume(
            shape: shape, affine: affine, samples: Samples(buffer, type: type), scaling: scaling)
        volume.forms = forms
        return volume
    }
}
