internal import SegNASHost
public import SegNASImaging

/// A problem of images and label maps themselves.
public enum ContentProblem: Equatable, Sendable {
    case unreadable(ImageFault)
    case notLabels(LabelFault)
    /// The number of samples that are NaN or infinite.
    case notFinite(Int)
    /// One value everywhere in a channel.
    case constant(channel: String, value: Double)
    case channels(found: Int, expected: Int)
    case labelGrid(GridDifference)
    case channelGrid(GridDifference)
    /// Voxels of each value that the dataset's labels do not name.
    case unexpectedLabels([Int: Int])
    /// Values that the file names differently from the dataset.
    case labelNames([LabelTable.Misnaming])
    case noForeground
    case labelInNoCase(LabelTable.Label)
    /// The same image as these other files; in these parts of a split, where there is one.
    case duplicate([String], parts: [Split.Part]?)
    /// Spacing along right, anterior and superior, against that of most cases, in mm.
    case unusualSpacing(SIMD3<Double>, median: SIMD3<Double>)
    /// The sharpest angle between two axes of the grid, in degrees.
    case sheared(degrees: Double)
    /// A remark of its reader.
    case remark(ImageRemark)
}

extension ContentProblem {
    var severity: DatasetFault.Severity {
        switch self {
        case .noForeground, .unusualSpacing, .sheared, .remark: .warning
        case .labelGrid(let mismatch), .channelGrid(let mismatch): mismatch.severity
        case .duplicate(_, let parts?) where parts.count < 2: .warning
        default: .fault
        }
    }

    /// The problem and its remedy.
    var message: String {
        switch self {
        case .unreadable(let fault): fault.description
        case .notLabels(let fault): fault.description
        case .notFinite(let count):
            "has \(counted(count, "voxel")) that \(count == 1 ? "is" : "are") NaN, infinite or beyond float32: "
                + "replace them, or make the image again"
        case .constant(let channel, let value):
            "is \(significant(value)) everywhere in the channel \(channel): is it the right file?"
        case .channels(let found, let expected):
            """
            has \(found) \(found == 1 ? "channel" : "channels") where the dataset has \(expected): add what is \
            missing, or correct the names of the channels
            """
        case .labelGrid(let mismatch):
            "\(mismatch), unlike the image: \(mismatch.remedy(of: "label map", as: "image"))"
        case .channelGrid(let mismatch):
            "\(mismatch), unlike the first channel: \(mismatch.remedy(of: "channel", as: "first"))"
        case .unexpectedLabels(let counts):
            """
            has labels that the dataset does not name: \(listed(counts)); name them, or set those voxels to the \
            background
            """
        case .labelNames(let misnamings): words(misnamings)
        case .noForeground:
            "has no voxel of any label: if that is not meant, is it the right file?"
        case .labelInNoCase(let label):
            "no case has a voxel of \(label.name) (\(label.value)), so it cannot be learned: remove it from the labels"
        case .duplicate(let others, let parts):
            "holds the same image as \(some(others, limit: 5)): \(sharing(parts))"
        case .unusualSpacing(let spacing, let median):
            """
            has a spacing of \(millimetres(spacing)) (right, anterior, superior), more than three times off the \
            \(millimetres(median)) of most cases: is its header right?
            """
        case .sheared(let degrees):
            """
            has axes that meet at \(significant(degrees))°, so its spacing says little: resample it to a grid with \
            right angles if predictions look slanted
            """
        case .remark(let remark): remark.message
        }
    }
}

/// The consequence of cases in these parts being the same.
private func sharing(_ parts: [Split.Part]?) -> String {
    guard let parts else { return "keep one, or training and test may share it" }
    guard parts.count > 1 else {
        return parts.first.map { "it counts twice in \($0.rawValue)" } ?? "no part uses it"
    }
    let names = parts.map(\.rawValue).joined(separator: " and ")
    return """
        they are in \(names), so results will look better than they are; keep one, or keep both together with `groups`
        """
}

private func listed(_ counts: [Int: Int]) -> String {
    let sorted = counts.sorted { $0.key < $1.key }
    let shown = sorted.prefix(8).map { "\($0.key) (\($0.value) voxels)" }.joined(separator: ", ")
    return sorted.count > 8 ? shown + " and \(sorted.count - 8) more" : shown
}

/// `1×1×1.5 mm`.
func millimetres(_ spacing: SIMD3<Double>) -> String {
    (0..<3).map { significant(spacing[$0]) }.joined(separator: "×") + " mm"
}
