internal import SegNASRandomness
package import SegNASSearch

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The least value that a sampler has found after some numbers of evaluations.
///
/// So many evaluations are in flight at a time, each for a log-normal time with σ 0.6, as trainings of networks of different
/// sizes take; time itself does not pass.
package func leastValues(
    of function: TestFunction, _ plan: SamplerPlan, inFlight slots: Int, after counts: [Int]
) throws -> [Double] {
    var sampler = try plan.sampler(in: function.bounds)
    var clock = SeededGenerator(seed: plan.seed, path: UInt64.max)
    var running: [(end: Double, proposal: Proposal)] = []
    var (now, least) = (0.0, Double.infinity)
    var results: [Double] = []
    let budget = counts.last ?? 0
    while sampler.tellCount < budget {
        while running.count < slots, sampler.askCount < budget, let proposal = sampler.ask() {
            running.append((now + exp(0.6 * clock.normal()), proposal))
        }
        let ends = running.indices.min { running[$0].end < running[$1].end }
        guard let ends else { preconditionFailure("nothing is proposed, and nothing runs") }
        let (end, proposal) = running.remove(at: ends)
        now = end
        let value = function(proposal.point)
        least = min(least, value)
        sampler.tell(value, of: proposal.number)
        if counts.contains(sampler.tellCount) { results.append(least) }
    }
    return results
}
