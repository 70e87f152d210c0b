internal import FoundationEssentials
internal import Glibc
internal import SegNASHost
internal import SegNASStudy
internal import Synchronization

/// Writes a worker's heartbeat at an interval as long as the object lives.
final class WorkerHeartbeats: Sendable {
    /// The name of this run, which no other run of the trial has.
    let run: String
    private let heartbeat: Mutex<Heartbeat>
    private let folder: TrialFolder
    private let writing: Mutex<Task<Void, Never>?>

    init(attempt: Int, in folder: TrialFolder) {
        let host = ProcessIdentity.current().host
        run = "\(host)-\(getpid())-\(UUID().uuidString.prefix(8))"
        self.folder = folder
        heartbeat = Mutex(
            Heartbeat(run: run, attempt: attempt, process: getpid(), host: host))
        writing = Mutex(nil)
        write()
        writing.withLock { task in
            task = Task.detached { [weak self] in
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(Heartbeat.interval))
                    self?.write()
                }
            }
        }
    }

    deinit {
        writing.withLock { $0?.cancel() }
    }

    /// Counts a step.
    func advance() {
        heartbeat.withLock { $0.step += 1 }
    }

    /// Counts a checkpoint, and writes at once: an attempt that ends after it has made progress.
    func saved(_ checkpoint: Int) {
        heartbeat.withLock { $0.checkpoints = checkpoint }
        write()
    }

    /// Notes that this run was asked to end, for a search that does not see how it ends.
    func noteEndRequest() {
        heartbeat.withLock { $0.wasAsked = true }
        write()
    }

    /// Writes the heartbeat; one that cannot be written is missing, which the search notices.
    private func write() {
        heartbeat.withLock { heartbeat in
            heartbeat.count += 1
            heartbeat.residentMemory = ResidentMemory.current()
            try? heartbeat.write(in: folder)
        }
    }
}
