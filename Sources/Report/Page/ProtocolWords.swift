internal import Host
public import Search
public import Study

/// How networks were trained, in words, from options by their names on the command line.
///
/// Only options that are named here appear: others may hold paths.
public struct ProtocolWords {
    private let options: [String: String]

    public init(_ options: [String: String]) {
        self.options = options
    }

    /// How a search proposes, and for how long.
    public static func search(_ sampler: SamplerPlan, _ budget: StudyPlan.Budget) -> String {
        let method = sampler.method == .crs ? "controlled random search" : "random search"
        let population = sampler.population.map { ", population \($0)" } ?? ""
        let goal =
            switch budget {
            case .iterations(let count): "\(count) proposals"
            case .effectiveIterations(let count): "until \(count) networks are trained"
            }
        return "\(method)\(population), seed \(sampler.seed); \(goal)"
    }

    public var training: String {
        let words = [
            ("--epochs", "%@ epochs"), ("--batch", "batch %@"), ("--optimizer", "%@"),
            ("--learning-rate", "learning rate %@"), ("--loss", "loss %@"),
            ("--precision", "%@"), ("--fit", "fit %@"),
        ]
        return words.compactMap { option, words in
            options[option].map { words.replacing("%@", with: $0) }
        }.joined(separator: ", ")
    }

    /// How cases are divided; a file's name stays out.
    public var split: String? {
        options["--split"].map { split in
            let isShares = split.allSatisfy { $0.isNumber || $0 == "/" || $0 == "." }
            if isShares && split.first != "/" { return "\(split) % training/validation/test" }
            return switch split {
            case "all": "all"
            case "folds", "listed": "\(split) in the datalist"
            default: "as in a file"
            }
        }
    }

    public var memory: String? {
        options["--memory-limit"].flatMap { UInt64($0) }
            .map { "\(ByteCount($0)) for a training" }
    }
}
