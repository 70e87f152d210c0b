internal import SegNASHost
public import SegNASImaging

/// A problem that keeps label maps from being evaluated, or casts doubt on the result.
public struct EvaluationFault: Error, Equatable, Sendable {
    /// The case; nil for what concerns all.
    public var caseIdentifier: String?
    /// The file or folder.
    public var file: String?
    public var problem: Problem

    public enum Problem: Equatable, Sendable {
        /// The folder cannot be read.
        case folder
        /// The folder holds no label maps; one inside of it does.
        case noLabelMaps(better: String?)
        /// These files of a folder have the same name but for its ending.
        case sameName([String])
        /// A reference without a prediction, and the name of one that may have been meant.
        case missingPrediction(instead: String?)
        /// A prediction without a reference.
        case missingReference
        case image(ImageFault)
        case notLabels(LabelFault)
        case grid(GridMismatch)
        case tooManyLabels(Int)
        /// Voxels of each label that has no name.
        case unnamedLabels([Int: Int])
        /// Values that a label map names differently from the given names.
        case labelNames([LabelTable.Misnaming])
        /// Label maps that name their values differently.
        case contradiction(LabelContradiction)
        /// A fault of the file that names labels.
        case names(DatasetFault)
    }

    init(_ problem: Problem, case identifier: String? = nil, file: String? = nil) {
        self.problem = problem
        caseIdentifier = identifier
        self.file = file
    }

    public var severity: DatasetFault.Severity {
        switch problem {
        case .missingReference, .unnamedLabels: .warning
        default: .fault
        }
    }

    /// The name of the problem for scripts: that of its case in ``Problem``.
    public var kind: String { String("\(problem)".prefix { $0 != "(" }) }
}

extension EvaluationFault: CustomStringConvertible {
    /// The file or case, the problem and its remedy, in one line.
    public var description: String {
        guard let place = file ?? caseIdentifier else { return message.printable }
        return "\(place): \(message)".printable
    }

    /// The problem and its remedy, without the name of the file.
    public var message: String {
        switch problem {
        case .folder: "is not a folder that can be read: give a folder of label maps"
        case .noLabelMaps(let better?): "holds no label maps: give \(better)"
        case .noLabelMaps(nil): "holds no label maps that segnas3d reads: is it the right folder?"
        case .sameName(let files):
            "\(files.joined(separator: " and ")) are label maps of the same case: keep one"
        case .missingPrediction(let near?):
            "has no prediction: was \(near) meant? Give both the same name; statistics are over the other cases"
        case .missingPrediction(nil):
            "has no prediction: predict it, or remove its reference; statistics are over the other cases"
        case .missingReference:
            "has no reference of the same name, so it is not evaluated: is its name right?"
        case .image(let fault): fault.description
        case .notLabels(let fault): fault.description
        case .grid(let mismatch): mismatch.description
        case .tooManyLabels(let count):
            "has \(count) labels, and \(Self.maxLabels) are possible: is it an image? "
                + "If not, name the labels to evaluate with `labels`"
        case .unnamedLabels(let voxels):
            "has labels without a name, which are not evaluated: \(listed(voxels)); "
                + "correct the label map, or name them"
        case .labelNames(let misnamings): words(misnamings)
        case .contradiction(let contradiction):
            "\(contradiction); \(LabelContradiction.remedy), or name the labels with `labels`"
        case .names(let fault): fault.message
        }
    }

    /// An integer image has more values than this, and no atlas has.
    static let maxLabels = 4096
}

private func listed(_ voxels: [Int: Int]) -> String {
    let sorted = voxels.sorted { $0.key < $1.key }
    let shown = sorted.prefix(5).map { "\($0.key) in \($0.value) voxels" }
    return shown.joined(separator: ", ") + (sorted.count > 5 ? ", …" : "")
}
