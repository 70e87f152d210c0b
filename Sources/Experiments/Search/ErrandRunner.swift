internal import FoundationEssentials
internal import Glibc
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASStudy

/// Has a cluster do errands, some at a time, and waits for their results.
struct ErrandRunner {
    let pool: WorkerPool
    let memoryLimit: ByteCount
    /// Jobs in a row that may end without a result.
    let attempts: Int
    /// The folder of the study or comparison, for messages.
    let study: String
    let clock: SearchClock

    /// Does all errands; those that have a result are not done again.
    ///
    /// - Parameter requests: What is to be done, and the folder of its training.
    /// - Returns: The results, in the same order.
    /// - Throws: ``SearchInterruption`` or an error of an errand, after its jobs and all others have ended.
    func run(_ requests: [(training: String, request: ErrandRequest)]) throws -> [ErrandResult] {
        var results: [Int: ErrandResult] = [:]
        var running: [Int: Errand] = [:]
        var next = 0
        let queue = SlurmQueue()
        do {
            while results.count < requests.count {
                try clock.check(study: study)
                while running.count < pool.slots.count, next < requests.count {
                    running[next] = try errand(
                        requests[next].training, requests[next].request, queue)
                    next += 1
                }
                for (index, errand) in running.sorted(by: { $0.key < $1.key }) {
                    guard let result = try errand.step(now: clock.now) else { continue }
                    results[index] = result
                    running[index] = nil
                }
                if results.count < requests.count { usleep(200_000) }
            }
        } catch {
            if clock.end != .handedOver { end(Array(running.values)) }
            throw error
        }
        return requests.indices.compactMap { results[$0] }
    }

    /// The ending of the folder of an errand, beside that of its training.
    private static let ending = ".job"

    private func errand(
        _ training: String, _ request: ErrandRequest, _ queue: SlurmQueue
    ) throws -> Errand {
        let order = LaunchOrder(errand: training + Self.ending, slot: pool.slots[0])
        let path = order.folder.path
        if let result = ErrandResult(in: order.folder), result.failure == nil,
            !FileManager.default.fileExists(atPath: training) || !isOf(request, order.folder)
        {
            // A training whose files were removed is done again, and one of more seeds goes on.
            try? FileManager.default.removeItem(atPath: path)
        }
        try FileSystem.makeFolder(path)
        try JSONDocument.write(request, to: ErrandRequest.file(in: order.folder))
        return try Errand(
            order,
            launcher: pool.errandLauncher(for: path, memoryLimit: memoryLimit, queue: queue),
            options: pool.options(memoryLimit), attempts: attempts, now: clock.now)
    }

    /// Whether the folder of an errand is that of this very request.
    private func isOf(_ request: ErrandRequest, _ folder: TrialFolder) -> Bool {
        let file = ErrandRequest.file(in: folder)
        return (try? JSONDocument.read(ErrandRequest.self, from: file, schema: 1...1)) == request
    }

    /// Ends jobs so that they can be resumed, and kills those that do not end in time.
    private func end(_ errands: [Errand]) {
        let patience = pool.options(memoryLimit).patience
        for errand in errands { errand.stop(now: clock.now) }
        let (begin, half) = (clock.now, clock.now + patience + 1)
        var isSecond = false
        while clock.now < begin + patience + 30 {
            if errands.allSatisfy({ (try? $0.stopped(now: clock.now)) == true }) { return }
            if !isSecond, clock.now > half {
                for errand in errands { errand.stop(now: clock.now) }
                isSecond = true
            }
            usleep(100_000)
        }
    }
}

/// A network that a job could not train, which another one could not either.
public struct ErrandFailure: Error, CustomStringConvertible {
    public var description: String
}

/// True if the network is the cause of an error, so that the same training would end in the same way.
func isOfNetwork(_ error: any Error) -> Bool {
    (error as? TrainingError)?.isOfNetwork ?? (error is ErrandFailure)
}
