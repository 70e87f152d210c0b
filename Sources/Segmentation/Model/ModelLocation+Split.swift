public import Datasets
import FoundationEssentials
internal import Host

extension ModelLocation {
    /// How the run or study divided its cases; nil where the model lies in none.
    public func split() throws(ModelError) -> Split? {
        guard let file = splitFile else { return nil }
        let text: String
        do {
            text = try readText(at: file, limit: 16 << 20)
        } catch {
            throw ModelError(file: file, fault: .text(error))
        }
        struct Plan: Decodable {
            var split: Split
        }
        guard let plan = try? JSONDecoder().decode(Plan.self, from: Data(text.utf8)) else {
            throw ModelError(file: file, fault: .field(.missing("split")))
        }
        return plan.split
    }
}
