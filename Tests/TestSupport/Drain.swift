public import Foundation
import Synchronization

/// A pipe that is read while a child writes into it, so that no child waits for its reader.
public final class Drain: Sendable {
    public let pipe = Pipe()
    private let content = Mutex(Data())
    private let end = DispatchSemaphore(value: 0)

    public init() {}

    /// Reads from now on, on a thread of its own, until all writers have closed the pipe.
    fileprivate func start() {
        let source = pipe.fileHandleForReading
        Thread.detachNewThread { [self] in
            while let part = try? source.read(upToCount: 1 << 16), !part.isEmpty {
                content.withLock { $0 += part }
            }
            end.signal()
        }
    }

    /// All that was written; waits for the end of the writers.
    public var text: String {
        end.wait()
        end.signal()
        return content.withLock { String(decoding: $0, as: UTF8.self) }
    }
}

extension Process {
    /// Runs, with output and errors read from the start; with one drain for both they keep their order.
    public func run(output: Drain, errors: Drain) throws {
        standardOutput = output.pipe
        standardError = errors.pipe
        try run()
        output.start()
        if errors !== output { errors.start() }
    }
}
