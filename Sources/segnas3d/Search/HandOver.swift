internal import SegNASExperiments
internal import SegNASStudy

/// Runs a search or comparison, and has Slurm run its job again where it ends because the time of that is over.
func handingOver(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let end as SearchInterruption where end.reason == .handedOver {
        try OwnSlurmJob()?.requeue()
        var standardError = StandardError()
        print("\(end)", to: &standardError)
    }
}
