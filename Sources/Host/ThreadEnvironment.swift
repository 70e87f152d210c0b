/// What the environment says of threads, and what it has to say to the OpenMP runtime that computes for us.
///
/// That runtime reads its variables once, while it is loaded. Left alone, some of them tie the process and all that it
/// starts to one core (`OMP_PROC_BIND`, `GOMP_CPU_AFFINITY`), some give kernels fewer threads than these were promised,
/// who then wait for the others for ever (`OMP_THREAD_LIMIT`, `OMP_DYNAMIC`, `OMP_MAX_ACTIVE_LEVELS`). So the program
/// reads those that say how many threads are wanted, and passes on none but those in ``kept``.
public struct ThreadEnvironment: Equatable, Sendable {
    /// Threads to compute with where the command line says nothing.
    public private(set) var threads: Int
    /// What decides about them.
    public private(set) var reason: Reason
    /// Variables that should be a number of threads and are not.
    public private(set) var unreadable: [Variable] = []
    /// The changes to the environment before the runtime is loaded: new values, nil for variables to remove.
    public private(set) var changes: [String: String?] = [:]

    /// A variable as it was found.
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
        /// A variable that says how many.
        case wanted(Variable)
        /// A variable that allows no more.
        case limit(Variable)
    }

    /// - Parameters:
    ///   - environment: The variables, as the user has them.
    ///   - cores: Cores that the process may use.
    public init(_ environment: [String: String], cores: Int) {
        (threads, reason) = (cores, .cores)
        // The runtime's own first, then that of the library that shares its threads.
        for name in ["MKL_NUM_THREADS", "OMP_NUM_THREADS"] {
            guard let (variable, count) = read(name, environment) else { continue }
            (threads, reason) = (count, .wanted(variable))
        }
        if let (variable, count) = read("OMP_THREAD_LIMIT", environment), count < threads {
            (threads, reason) = (count, .limit(variable))
        }
        changes = Self.changes(environment)
    }

    /// More is a mistake, and threads that cannot be made end the program.
    private static let most = 4096

    /// A number of threads, of a list such as `4,2` the first, which is that of the outermost level.
    private mutating func read(
        _ name: String, _ environment: [String: String]
    ) -> (Variable, Int)? {
        guard let value = environment[name], value.contains(where: { !$0.isWhitespace }) else {
            return nil
        }
        let variable = Variable(name, value)
        let first = value.split(separator: ",", omittingEmptySubsequences: false)[0]
        guard let count = Int(first.filter { !$0.isWhitespace }), 1...Self.most ~= count else {
            unreadable.append(variable)
            return nil
        }
        return (variable, count)
    }

    // MARK: - What the runtime is told

    /// Variables of the runtimes that change no results: how threads wait is a user's to say, and
    /// `KMP_DUPLICATE_LIB_OK` lets a program start that has two runtimes.
    static let kept: Set = [
        "OMP_WAIT_POLICY", "OMP_DISPLAY_ENV", "GOMP_SPINCOUNT", "KMP_BLOCKTIME",
        "KMP_DUPLICATE_LIB_OK",
    ]

    /// How often a waiting thread looks before it sleeps.
    ///
    /// By default libgomp looks for milliseconds, in which a waiting thread keeps the core from the one that it
    /// waits for, once there are more threads than cores: beside other programs that costs 4 to 40 times. Never to
    /// look costs 40 % on a machine of our own. With this number two trainings at once take 2.4 times as long as one, and one
    /// alone 3 % longer at 64³ (`Documentation/performance.md`).
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
