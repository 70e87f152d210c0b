internal import FoundationEssentials
internal import Glibc
internal import SegNASStudy
internal import Synchronization

/// A worker's signs of life, written at an interval as long as the object lives.
final class WorkerHeartbeats: Sendable {
    /// The name of this run, which no other run of the trial has.
    let run: String
    private let beat: Mutex<Heartbeat>
    private let folder: TrialFolder
    private let writing: Mutex<Task<Void, Never>?>

    init(attempt: Int, in folder: TrialFolder) {
        let host = ProcessInfo.processInfo.hostName
        run = "\(host)-\(getpid())-\(UUID().uuidString.prefix(8))"
        self.folder = folder
        beat = Mutex(
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
        beat.withLock { $0.step += 1 }
    }

    /// Takes note of a checkpoint, and says so at once: from now on an end of this run is progress.
    func saved(_ checkpoint: Int) {
        beat.withLock { $0.checkpoints = checkpoint }
        write()
    }

    /// Says that this run was asked to end, for a search that does not see how it ends.
    func wasAsked() {
        beat.withLock { $0.wasAsked = true }
        write()
    }

    /// A beat that cannot be written is missing, which is all that it could say.
    private func write() {
        beat.withLock { beat in
            beat.count += 1
            beat.residentMemory = ResidentMemory.current()
            try? beat.write(in: folder)
        }
    }
}
