public import SegNASDatasets
internal import SegNASHost

extension ModelLocation {
    /// How the run or study divided its cases; nil where the model lies in none.
    public func split() throws(ModelError) -> Split? {
        guard let file = splitFile else { return nil }
        struct Plan: Decodable {
            var split: Split
        }
        do throws(JSONFileError) {
            return try JSONDocument.read(Plan.self, from: file).split
        } catch {
            throw ModelError(file: file, fault: .document(error.fault))
        }
    }
}
