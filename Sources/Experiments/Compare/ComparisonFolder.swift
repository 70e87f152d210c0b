internal import SegNASStudy

/// The files of a comparison.
struct ComparisonFolder {
    let path: String

    var plan: String { "\(path)/plan.json" }
    var lock: String { "\(path)/.lock" }
    var page: String { "\(path)/comparison.html" }
    var markdown: String { "\(path)/comparison.md" }
    var csv: String { "\(path)/comparison.csv" }
    var latex: String { "\(path)/comparison.tex" }
    var document: String { "\(path)/comparison.json" }

    func split(_ split: Int) -> String { "\(path)/\(Self.name(ofSplit: split))" }

    private static func name(ofSplit split: Int) -> String { "split-\(split)" }

    /// Where a method's work on a split lies, seen from the folder.
    private func place(_ method: ComparedMethod, split: Int) -> String {
        "\(Self.name(ofSplit: split))/\(method.name)"
    }

    /// The study of a search.
    func study(_ method: ComparedMethod, split: Int) -> StudyFolder {
        StudyFolder("\(path)/\(place(method, split: split))")
    }

    /// The run of a network that is not searched.
    func run(_ method: ComparedMethod, split: Int) -> String {
        "\(path)/\(place(method, split: split))"
    }

    /// Why a network that is not searched has no result.
    func failure(_ method: ComparedMethod, split: Int) -> String {
        "\(path)/\(place(method, split: split)).failure.json"
    }

    /// The page of a search, seen from the folder.
    func report(_ method: ComparedMethod, split: Int) -> String {
        "\(place(method, split: split))/report.html"
    }
}
