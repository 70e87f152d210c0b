public import Datasets
import FoundationEssentials
internal import Host

extension ModelLocation {
    /// How the run divided its cases; nil where the model lies in no run.
    public func split() throws(ModelError) -> Split? {
        guard let run else { return nil }
        let file = "\(run)/\(Self.planName)"
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
