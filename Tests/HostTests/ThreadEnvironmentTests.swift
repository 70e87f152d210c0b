import Testing

@testable import SegNASHost

@Suite("What the environment says of threads")
struct ThreadEnvironmentTests {
    typealias Variable = ThreadEnvironment.Variable

    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var variables: [String: String]
        var threads: Int
        var reason: ThreadEnvironment.Reason
        var unreadable: [Variable] = []

        init(
            _ description: String, _ variables: [String: String], threads: Int,
            _ reason: ThreadEnvironment.Reason, unreadable: [Variable] = []
        ) {
            testDescription = description
            self.variables = variables
            (self.threads, self.reason, self.unreadable) = (threads, reason, unreadable)
        }
    }

    /// All on 8 cores.
    static let cases = [
        Case("nothing", [:], threads: 8, .cores),
        Case(
            "a number", ["OMP_NUM_THREADS": "3"], threads: 3,
            .wanted(Variable("OMP_NUM_THREADS", "3"))),
        Case(
            "a list of nested levels", ["OMP_NUM_THREADS": " 4 ,2"], threads: 4,
            .wanted(Variable("OMP_NUM_THREADS", " 4 ,2"))),
        Case(
            "more than there are cores", ["OMP_NUM_THREADS": "12"], threads: 12,
            .wanted(Variable("OMP_NUM_THREADS", "12"))),
        Case("an empty one", ["OMP_NUM_THREADS": " "], threads: 8, .cores),
        Case(
            "zero", ["OMP_NUM_THREADS": "0"], threads: 8, .cores,
            unreadable: [Variable("OMP_NUM_THREADS", "0")]),
        Case(
            "a word", ["OMP_NUM_THREADS": "all"], threads: 8, .cores,
            unreadable: [Variable("OMP_NUM_THREADS", "all")]),
        Case(
            "less than nothing", ["OMP_NUM_THREADS": "-2"], threads: 8, .cores,
            unreadable: [Variable("OMP_NUM_THREADS", "-2")]),
        Case(
            "a list without a first", ["OMP_NUM_THREADS": ",2"], threads: 8, .cores,
            unreadable: [Variable("OMP_NUM_THREADS", ",2")]),
        Case(
            "more than any machine has", ["OMP_NUM_THREADS": "99999999999999999999"], threads: 8,
            .cores, unreadable: [Variable("OMP_NUM_THREADS", "99999999999999999999")]),
        Case(
            "that of MKL", ["MKL_NUM_THREADS": "5"], threads: 5,
            .wanted(Variable("MKL_NUM_THREADS", "5"))),
        Case(
            "both", ["MKL_NUM_THREADS": "5", "OMP_NUM_THREADS": "6"], threads: 6,
            .wanted(Variable("OMP_NUM_THREADS", "6"))),
        Case(
            "one that is no number, and that of MKL",
            ["MKL_NUM_THREADS": "5", "OMP_NUM_THREADS": "x"], threads: 5,
            .wanted(Variable("MKL_NUM_THREADS", "5")),
            unreadable: [Variable("OMP_NUM_THREADS", "x")]),
        Case(
            "a limit", ["OMP_THREAD_LIMIT": "1"], threads: 1,
            .limit(Variable("OMP_THREAD_LIMIT", "1"))),
        Case(
            "a limit below the number", ["OMP_THREAD_LIMIT": "2", "OMP_NUM_THREADS": "4"],
            threads: 2,
            .limit(Variable("OMP_THREAD_LIMIT", "2"))),
        Case(
            "a limit that is kept", ["OMP_THREAD_LIMIT": "64", "OMP_NUM_THREADS": "4"], threads: 4,
            .wanted(Variable("OMP_NUM_THREADS", "4"))),
        Case(
            "a limit that is none", ["OMP_THREAD_LIMIT": "0"], threads: 8, .cores,
            unreadable: [Variable("OMP_THREAD_LIMIT", "0")]),
    ]

    @Test("how many threads, and why", arguments: cases)
    func threads(_ it: Case) {
        let environment = ThreadEnvironment(it.variables, cores: 8)
        #expect(environment.threads == it.threads)
        #expect(environment.reason == it.reason)
        #expect(environment.unreadable == it.unreadable)
    }

    @Test(
        "what binds threads, or gives fewer than promised, is removed",
        arguments: [
            "OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY", "KMP_AFFINITY", "KMP_HW_SUBSET",
            "OMP_DYNAMIC", "OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OMP_NUM_THREADS_ALL",
            "OMP_MAX_ACTIVE_LEVELS", "OMP_NESTED", "OMP_STACKSIZE", "GOMP_STACKSIZE",
            "OMP_SCHEDULE",
        ])
    func removed(_ name: String) {
        let changes = ThreadEnvironment([name: "1", "PATH": "/bin"], cores: 8).changes
        #expect(changes == [name: nil, "GOMP_SPINCOUNT": "700"])
    }

    @Test("how threads wait is the user's to say")
    func kept() {
        #expect(ThreadEnvironment(["GOMP_SPINCOUNT": "7"], cores: 8).changes.isEmpty)
        #expect(ThreadEnvironment(["OMP_WAIT_POLICY": "active"], cores: 8).changes.isEmpty)
        #expect(
            ThreadEnvironment(["OMP_DISPLAY_ENV": "true", "KMP_BLOCKTIME": "0"], cores: 8).changes
                == ["GOMP_SPINCOUNT": "700"])
    }

    @Test("an environment that is changed needs no more changes")
    func settled() {
        var variables = ["OMP_PROC_BIND": "true", "OMP_NUM_THREADS": "2"]
        for (name, value) in ThreadEnvironment(variables, cores: 8).changes {
            variables[name] = value
        }
        #expect(variables == ["GOMP_SPINCOUNT": "700"])
        #expect(ThreadEnvironment(variables, cores: 8).changes.isEmpty)
    }
}
