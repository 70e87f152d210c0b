internal import SegNASHost

/// An oddity of a DICOM series that is read nevertheless; without anything about the patient.
public enum DICOMRemark: Equatable, Sendable {
    /// Series that lie beside the one that is read; all of the folder, to tell them apart.
    case otherSeries([DICOMSeriesSummary], of: [DICOMSeriesSummary])
    /// DICOM files without images, and their modalities.
    case documents(Int, [String])
    /// Files that are neither DICOM nor known to be something else, and the names of some.
    case passedOver(Int, [String])
    /// Images of the series that serve to plan scans, or lie nowhere, and the name of one.
    case localizers(Int, String)
    case captures(Int, String)
    /// The images name so many frames of reference.
    case spaces(Int)
    /// Each image has its own series.
    case seriesOfEach(Int)
    /// Files without preamble and mark.
    case bare(Int)
    /// Files whose tags do not rise.
    case unordered(Int)
    /// Images of the same pixels at the same place as others, and the name of one.
    case copies(Int, String)
    /// Large values are shown dark.
    case inverse
    /// The thickness in mm, and the attribute that says so.
    case singleSlice(Double, String)
    /// The largest distance of slices from an even grid, in mm.
    case uneven(by: Double, step: Double)
    /// Slices with bits set that hold no value.
    case otherBits(Int)
    /// Slices with bytes behind their pixels.
    case excess(Int)
    case segmentation(DICOMSegmentationRemark)
}

extension DICOMRemark {
    /// Remarks about the images of a series, without their places.
    static func all(_ group: DICOMGroup, read images: [DICOMImage]) -> [DICOMRemark] {
        let used = Set(images.map(\.path))
        let unused = group.images.filter { !used.contains($0.path) }
        let localizers = unused.filter(\.isLocalizer)
        let captures = unused.filter { !$0.isLocalizer }
        let (bare, unordered) = (images.filter { !$0.hasMark }, images.filter { !$0.isOrdered })
        var remarks: [DICOMRemark] = []
        let spaces = Set(images.compactMap(\.space)).count
        if spaces > 1 { remarks.append(.spaces(spaces)) }
        if group.isMerged { remarks.append(.seriesOfEach(images.count)) }
        if let one = localizers.first {
            remarks.append(.localizers(localizers.count, PathParts(one.path).name))
        }
        if let one = captures.first {
            remarks.append(.captures(captures.count, PathParts(one.path).name))
        }
        if !bare.isEmpty { remarks.append(.bare(bare.count)) }
        if !unordered.isEmpty { remarks.append(.unordered(unordered.count)) }
        if images.contains(where: \.isInverse) { remarks.append(.inverse) }
        return remarks
    }
}

extension DICOMRemark: CustomStringConvertible {
    public var description: String {
        switch self {
        case .otherSeries(let others, let all):
            "passed over: series " + others.words(among: all)
        case .documents(let count, let kinds):
            "passed over: \(count.of("DICOM file")) without an image"
                + (kinds.isEmpty ? "" : " (" + kinds.map(\.shown).joined(separator: ", ") + ")")
        case .passedOver(let count, let names):
            "\(count.of("file")) passed over, which are not DICOM: " + names.shown(of: count)
        case .localizers(let count, let name):
            "passed over: \(count.of("localizer")) in the series (\(name))"
        case .captures(let count, let name):
            "passed over: \(count.of("image")) of the series without a place (\(name))"
        case .spaces(let count):
            "the images have \(count) frames of reference; their positions are taken as if they had one"
        case .seriesOfEach(let count):
            "each of the \(count) images has its own Series Instance UID; they make a regular grid"
        case .copies(let count, let name):
            "\(count.of("image")) passed over, which repeat others: \(name)"
                + (count > 1 ? ", …" : "")
        default: valueWords
        }
    }

    private var valueWords: String {
        switch self {
        case .bare(let count): "\(count.of("file")) without preamble and DICM mark"
        case .unordered(let count): "\(count.of("file")) whose tags are not in order"
        case .inverse:
            "MONOCHROME1: viewers show large values dark; values are as stored, not inverted"
        case .singleSlice(let thickness, let attribute):
            "a single slice; its third spacing, \(thickness.millimetres) mm, is its \(attribute)"
        case .uneven(let distance, let step):
            "slices lie up to \(distance.millimetres) mm from an even grid of \(step.millimetres) mm"
        case .otherBits(let count):
            "\(count.of("slice")) with bits set above Bits Stored, as overlays are; they are ignored"
        case .excess(let count):
            "\(count.of("slice")) with some bytes behind the pixels, which are ignored"
        case .segmentation(let remark): remark.description
        default: ""
        }
    }
}

extension Int {
    /// Such as `1 file`, `2 files`.
    fileprivate func of(_ thing: String) -> String { "\(self) \(thing)\(self == 1 ? "" : "s")" }
}

extension [String] {
    /// Names of files, of which there are more.
    fileprivate func shown(of count: Int) -> String {
        joined(separator: ", ") + (count > self.count ? ", …" : "")
    }
}

extension Double {
    /// The number with three decimals, or six if it is small; without the zero of `2.0`.
    var millimetres: String {
        let places = abs(self) < 0.1 ? 1e6 : 1e3
        let value = (self * places).rounded() / places
        return value == value.rounded() ? "\(Int(value))" : "\(value)"
    }
}
