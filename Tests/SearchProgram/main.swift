import Foundation
import SegNASDatasets
import SegNASExperiments
import SegNASSegmentation
import SegNASStudy

// A whole program that searches for a network; its workers are processes of the same program.
if let worker = TrialWorker(arguments: CommandLine.arguments) {
    do { try worker.run() } catch { exit(TrialWorker.exitCode(of: error)) }
    exit(0)
}
let folder = CommandLine.arguments[1]
let phantom = Phantom(
    size: SIMD3(repeating: 16), seed: 0, source: .brain(structures: 2))
try phantom.write(cases: 8, to: "\(folder)/data", threads: 1)
let images = DataOptions(
    dataset: "\(folder)/data", preparation: PreparationOptions(size: [16, 16, 16]))
var options = SearchOptions(
    space: "schema: 1\nn: [2, 5]\np: 1\nsup: 0\nres: [0, 2]\nnodes: 3\nops: [0, 3]\n",
    conditions: TrainingConditions(data: images))
options.sampling.budget = .iterations(8)
options.sampling.population = 6
options.conditions.training.epochs = 2
options.conditions.machine.cache = "\(folder)/cache"
options.conditions.machine.threads = 1
let outcome = try SearchSession(options, in: "\(folder)/study").run()
print(outcome.model ?? "no network fits", outcome.test?.cases.count ?? 0)
