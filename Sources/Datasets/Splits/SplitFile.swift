internal import SegNASHost

/// A file of splits: nnU-Net's list of folds, or the record of one split.
struct SplitFile {
    private let path: String
    private let splits: [Split]
    private let cases: Set<String>

    init(_ path: String, cases: [String]) throws(SplitError) {
        let text: String
        do { text = try readText(at: path, limit: 64 << 20) } catch { throw .file(path, error) }
        guard let json = JSONValue(text: text) else { throw .notJSON(path) }
        guard let list = json.array ?? json.object.map({ [.object($0)] }), !list.isEmpty else {
            throw .notSplits(path)
        }
        let splits = list.compactMap(Split.init)
        guard splits.count == list.count else { throw .notSplits(path) }
        self.path = path
        self.splits = splits
        self.cases = Set(cases)
    }

    /// One of its splits, whose cases the dataset must have, each in one part.
    func split(_ index: Int) throws(SplitError) -> Split {
        guard splits.indices.contains(index) else {
            throw .noSuchSplit(index: index, of: splits.count, path)
        }
        let split = splits[index]
        let named = Split.Part.allCases.flatMap { split[$0] }
        let unknown = Set(named).subtracting(cases)
        guard unknown.isEmpty else {
            throw .unknownCases(unknown.sorted(), of: Set(named).count, path)
        }
        let repeated = Dictionary(grouping: named) { $0 }.filter { $0.value.count > 1 }.keys
        guard repeated.isEmpty else { throw .inTwoParts(repeated.sorted(), path) }
        guard !split.training.isEmpty else {
            throw .empty(.training, cases: named.count, groups: nil)
        }
        return split
    }
}

extension Split {
    /// Reads nnU-Net's `{"train": …, "val": …}` or a record's `{"training": …, "validation": …, "test": …}`.
    fileprivate init?(_ json: JSONValue) {
        guard let object = json.object else { return nil }
        func list(_ names: String...) -> [String]? {
            let value = names.lazy.compactMap { object[$0] }.first
            guard let value else { return [] }
            let texts = value.array?.compactMap(\.string)
            return texts?.count == value.array?.count ? texts : nil
        }
        guard object["train"] != nil || object["training"] != nil,
            let training = list("train", "training"), let validation = list("val", "validation"),
            let test = list("test")
        else { return nil }
        self.init(training: training, validation: validation, test: test)
    }
}
