internal import Dispatch
internal import FoundationEssentials
import Glibc
internal import Synchronization

/// The number of threads that environment variables ask for, and the variables to set for the OpenMP runtime.
///
/// That runtime reads its variables once, while it is loaded. Left alone, some of them bind the process and all that it
/// starts to one core (`OMP_PROC_BIND`, `GOMP_CPU_AFFINITY`), and some give kernels fewer threads than they expect,
/// which then wait for the others forever (`OMP_THREAD_LIMIT`, `OMP_DYNAMIC`, `OMP_MAX_ACTIVE_LEVELS`). So the program
/// reads the variables that set a number of threads, and passes on only those in ``kept``.
public struct ThreadEnvironment: Equatable, Sendable {
    /// Threads to compute with if the command line sets none.
    public private(set) var threads: Int
    /// The reason for this number.
    public private(set) var reason: Reason
    /// Variables that should be a number of threads and are not.
    public private(set) var unreadable: [Variable] = []
    /// Changes to the environment before the runtime is loaded: new values, nil for variables to remove.
    public private(set) var changes: [String: String?] = [:]

    /// An environment variable and its value.
    public struct Variable: Hashable, Sendable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            (self.name, self.value) = (name, value)
        }
    }

    public enum Reason: Hashable, Sendable {
        /// One thread for each core that the process may use.
        case cores
        /// A variable that sets the number.
        case wanted(Variable)
        /// A variable that limits the number.
        case limit(Variable)
    }

    /// - Parameters:
    ///   - environment: The user's variables.
    ///   - cores: Cores that the process may use.
    public init(_ environment: [String: String], cores: Int) {
        (threads, reason) = (cores, .cores)
        // MKL shares the runtime's threads; the runtime's own variable wins.
        for name in ["MKL_NUM_THREADS", "OMP_NUM_THREADS"] {
            guard let (variable, count) = read(name, environment) else { continue }
            (threads, reason) = (count, .wanted(variable))
        }
        if let (variable, count) = read("OMP_THREAD_LIMIT", environment), count < threads {
            (threads, reason) = (count, .limit(variable))
        }
        changes = Self.changes(environment)
    }

    /// More is a mistake, and threads that cannot be started end the program.
    private static let maxThreads = 4096

    /// A variable's number of threads; in a list such as `4,2` the first, for the outermost level.
    private mutating func read(
        _ name: String, _ environment: [String: String]
    ) -> (Variable, Int)? {
        guard let value = environment[name], value.contains(where: { !$0.isWhitespace }) else {
            return nil
        }
        let variable = Variable(name, value)
        let first = value.split(separator: ",", omittingEmptySubsequences: false)[0]
        guard let count = Int(first.filter { !$0.isWhitespace }), 1...Self.maxThreads ~= count
        else {
            unreadable.append(variable)
            return nil
        }
        return (variable, count)
    }

    // MARK: - Variables for the runtime

    /// Variables that change no results: users may choose how threads wait, and `KMP_DUPLICATE_LIB_OK` lets a program
    /// with two runtimes start.
    static let kept: Set = [
        "OMP_WAIT_POLICY", "OMP_DISPLAY_ENV", "GOMP_SPINCOUNT", "KMP_BLOCKTIME",
        "KMP_DUPLICATE_LIB_OK",
    ]

    /// The number of times that a waiting thread polls before it sleeps.
    ///
    /// By default libgomp polls for milliseconds, in which a waiting thread keeps the core from the one that it waits
    /// for if there are more threads than cores: beside other programs that costs 4 to 40 times. Not to poll at all
    /// costs 40 % on an otherwise idle machine. With this number two trainings at once take 2.4 times as long as one,
    /// and one alone 3 % longer at 64³ (`Documentation/performance.md`).
    static let spins = "700"

    private static func changes(_ environment: [String: String]) -> [String: String?] {
        var changes: [String: String?] = [:]
        for name in environment.keys where !kept.contains(name) && isOfRuntime(name) {
            changes.updateValue(nil, forKey: name)
        }
        if environment["GOMP_SPINCOUNT"] == nil, environment["OMP_WAIT_POLICY"] == nil {
            changes["GOMP_SPINCOUNT"] = spins
        }
        return changes
    }

    private static func isOfRuntime(_ name: String) -> Bool {
        ["OMP_", "GOMP_", "KMP_"].contains { name.hasPrefix($0) }
    }
}

extension ThreadEnvironment.Variable: CustomStringConvertible {
    public var description: String { "\(name)=\(value)" }
}

extension ThreadEnvironment {
    /// The environment with which this process was started.
    ///
    /// It must first be used before ``apply()``, and before other threads start.
    public static let current = ThreadEnvironment(
        ProcessInfo.processInfo.environment, cores: HostResources.current().cores)

    /// Applies ``changes`` to this process and all that it starts.
    public func apply() {
        for (name, value) in changes {
            if let value { setenv(name, value, 1) } else { unsetenv(name) }
        }
    }
}

/// Calls a body for 0 ..< count on up to `threads` threads, at most one for each core, and waits for all calls.
///
/// Any thread may take any index, so each call must write its result to a separate place.
package func concurrently(_ count: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
    let next = Counter()
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
        while true {
            let index = next.advance()
            guard index < count else { return }
            body(index)
        }
    }
}

/// The results of calls for 0 ..< count on up to `threads` threads, in order.
package func concurrentMap<Element: Sendable>(
    _ count: Int, threads: Int, _ transform: @Sendable (Int) -> Element
) -> [Element] {
    let results = Mutex<[Element?]>(Array(repeating: nil, count: count))
    concurrently(count, threads: threads) { index in
        let element = transform(index)
        results.withLock { $0[index] = element }
    }
    return results.withLock { $0.compactMap { $0 } }
}

private final class Counter: Sendable {
    private let value = Atomic(0)

    /// Adds 1 and returns the value before.
    func advance() -> Int {
        value.wrappingAdd(1, ordering: .relaxed).oldValue
    }
}
