internal import Host

/// One thing that is wrong, or odd, with a dataset.
public struct DatasetFault: Equatable, Sendable {
    /// Nil for what concerns the whole dataset.
    public var caseIdentifier: String?
    /// The file, as the dataset names it: relative to the dataset's folder where it lies in it.
    public var file: String?
    public var problem: Problem

    /// What is wrong: with the layout, or with the content of images.
    public enum Problem: Equatable, Sendable {
        case layout(LayoutProblem)
        case content(ContentProblem)
    }

    public enum Severity: String, Codable, Sendable {
        /// Training would be wrong or impossible.
        case fault
        /// Training is possible; a human should look.
        case warning
    }

    init(_ problem: LayoutProblem, file: String? = nil, caseIdentifier: String? = nil) {
        self.caseIdentifier = caseIdentifier
        self.file = file
        self.problem = .layout(problem)
    }

    init(_ problem: ContentProblem, file: String? = nil, caseIdentifier: String? = nil) {
        self.caseIdentifier = caseIdentifier
        self.file = file
        self.problem = .content(problem)
    }

    public var severity: Severity {
        switch problem {
        case .layout(let problem): problem.severity
        case .content(let problem): problem.severity
        }
    }

    /// What is wrong and what to do about it, without the file's name.
    public var message: String {
        switch problem {
        case .layout(let problem): problem.message
        case .content(let problem): problem.message
        }
    }

    /// Whether it is a remark of an image's reader, which often concerns all files of a dataset.
    var isRemark: Bool {
        if case .content(.remark) = problem { true } else { false }
    }

    /// The name of the problem for scripts: that of its case in ``LayoutProblem``, ``ContentProblem`` or `ImageRemark`.
    public var kind: String {
        let text =
            switch problem {
            case .layout(let problem): "\(problem)"
            case .content(.remark(let remark)): "\(remark)"
            case .content(let problem): "\(problem)"
            }
        return String(text.prefix { $0 != "(" })
    }
}

extension DatasetFault: CustomStringConvertible {
    /// One line: file or case, what is wrong, what to do.
    public var description: String {
        guard let place = file ?? caseIdentifier else { return message }
        return "\(place): \(message)".printable
    }
}
