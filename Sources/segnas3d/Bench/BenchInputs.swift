internal import ArgumentParser

/// What a workload measures, where it is the user's choice.
struct BenchInputs: ParsableArguments {
}
