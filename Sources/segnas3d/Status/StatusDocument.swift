internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

/// What `status --json` prints, and the text of the same.
struct StatusDocument: Encodable {
    let schema = 1
    /// Proposals whose value is known, and how many there shall be; or networks that are to be trained.
    let iterations: Int
    let budget: Budget
    /// Every state, also those of no trial.
    let states: [String: Int]
    let best: Best?
    let secondsLeft: Double?
    /// Nil where no process works on the study.
    var owner: StudyOwner?

    struct Budget: Encodable {
        var iterations: Int?
        var effectiveIterations: Int?
    }

    struct Best: Encodable {
        let trial: Int
        let dice: Double?
        let architecture: Architecture
        let hyperparameters: [String: Double]
    }

    init(_ status: StudyStatus) {
        iterations = status.iterations
        budget =
            switch status.plan.budget {
            case .iterations(let count): Budget(iterations: count)
            case .effectiveIterations(let count): Budget(effectiveIterations: count)
            }
        states = Dictionary(
            uniqueKeysWithValues: TrialState.allCases.map {
                ($0.rawValue, status.counts[$0, default: 0])
            })
        best = status.best.map { trial in
            Best(
                trial: trial.number, dice: trial.end?.dice, architecture: trial.architecture,
                hyperparameters: Dictionary(
                    uniqueKeysWithValues: trial.hyperparameters.map { ($0.key.rawValue, $0.value) })
            )
        }
        secondsLeft = status.secondsLeft
        owner = status.owner
    }

    func text() -> String {
        var lines = [progress]
        let occurring = TrialState.allCases.compactMap { state in
            states[state.rawValue].flatMap { $0 > 0 ? "\($0) \(Self.words(state))" : nil }
        }
        if !occurring.isEmpty { lines.append(occurring.joined(separator: ", ")) }
        if let best {
            let others = best.hyperparameters.sorted { $0.key < $1.key }
                .map { ", \($0.key) \($0.value)" }.joined()
            lines.append(
                "best so far: trial \(best.trial), Dice \(decimal(best.dice ?? 0)), "
                    + "\(best.architecture)\(others)")
        }
        if let owner { lines.append("\(owner) works on it") }
        return lines.joined(separator: "\n")
    }

    private var progress: String {
        let goal =
            budget.iterations.map { " of \($0)" }
            ?? budget.effectiveIterations.map { ", until \($0) networks are trained" } ?? ""
        let left = secondsLeft.map { $0 > 0 ? "; about \(duration($0)) left" : "; done" } ?? ""
        return "\(iterations)\(goal) proposals are known\(left)"
    }

    private static func words(_ state: TrialState) -> String {
        state == .outOfMemory ? "out of memory" : state.rawValue
    }
}
