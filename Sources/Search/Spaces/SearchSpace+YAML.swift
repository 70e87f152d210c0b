internal import SegNASHost

extension SearchSpace {
    /// Reads a description in YAML, and reports every fault with its line.
    public init(yaml text: String) throws(SearchSpaceError) {
        let entries: [YAMLEntry]
        do { entries = try yamlEntries(text) } catch { throw SearchSpaceError([error]) }
        self = try SearchSpaceReader(entries).space()
    }

    /// Reads a file of YAML; the error names it.
    public init(contentsOf path: String) throws(SearchSpaceError) {
        let text: String
        do {
            text = try readText(at: path)
        } catch {
            throw SearchSpaceError([.init(line: nil, fault: .file(error))], file: path)
        }
        do { try self.init(yaml: text) } catch { throw SearchSpaceError(error.faults, file: path) }
    }
}
