internal import SegNASExperiments
internal import SegNASHost
internal import SegNASReport

/// What has been read of the watched folder, for all who look at it: its files are read once, and only while somebody
/// does.
actor WatchBoard {
    private let path: String
    private var watched: any Watched
    /// The start of this server, so that a page of another one is made anew.
    private let start = padded(SystemRandomNumberGenerator.draw(), to: 8, radix: 16)
    private var change = 0
    private var structureChange = 0
    private var structure: String
    private var order: [String]
    /// The parts, and with which change each came.
    private var parts: [String: (html: String, change: Int)]
    private var lastLook = 0.0
    private var clients: [Int: AsyncStream<Void>.Continuation] = [:]
    private var clientCount = 0
    /// What keeps the files from being read; empty if nothing does.
    private var problem = ""

    /// The streams of events at a time: more are a mistake.
    static let mostClients = 200

    init(_ path: String) throws {
        self.path = path
        watched = try Self.watched(path)
        structure = watched.structure
        order = watched.order
        parts = watched.parts.mapValues { ($0, 0) }
    }

    private static func watched(_ path: String) throws -> any Watched {
        switch try WatchedFolder.kind(of: path) {
        case .nothing: WatchedNothing(path: path)
        case .study: try WatchedStudy(path)
        case .run: try WatchedRun(path)
        case .crossValidation: try WatchedTrainings(path, isCascade: false)
        case .cascade: try WatchedTrainings(path, isCascade: true)
        case .comparison: try WatchedComparison(path)
        }
    }

    // MARK: - Reading

    /// Reads what has changed, every second while somebody looks, and tells them; never returns.
    func run() async {
        var seconds = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            guard !clients.isEmpty else { continue }
            let before = change
            look()
            seconds += 1
            // So that dead connections are noticed, here and there.
            if change > before || seconds % 15 == 0 {
                for client in clients.values { client.yield() }
            }
        }
    }

    /// Looks at the files, at most once in a second.
    private func look() {
        guard currentTime() - lastLook >= 0.8 else { return }
        defer { lastLook = currentTime() }
        do {
            if watched is WatchedNothing || !FileStamps.isThere("\(path)/plan.json") {
                try begin()
            } else {
                let hasNewData = try watched.refresh(change: change + 1)
                note(watched.parts, hasNewData: hasNewData)
            }
            tell("")
        } catch {
            tell("\(error)")
        }
    }

    /// Takes a folder that has been begun, or begun anew.
    private func begin() throws {
        let found = try Self.watched(path)
        if found is WatchedNothing, watched is WatchedNothing { return }
        watched = found
        parts = [:]
        note(watched.parts)
    }

    /// Compares what is shown now with what was shown before.
    private func note(_ now: [String: String], hasNewData: Bool = false) {
        var differs = hasNewData
        let next = change + 1
        if watched.structure != structure {
            (structure, structureChange) = (watched.structure, next)
            differs = true
        }
        if watched.order != order {
            order = watched.order
            parts = parts.filter { now[$0.key] != nil }
            differs = true
        }
        for (id, html) in now where parts[id]?.html != html {
            parts[id] = (html, next)
            differs = true
        }
        if differs { change = next }
    }

    private func tell(_ problem: String) {
        guard problem != self.problem else { return }
        self.problem = problem
        change += 1
    }

    // MARK: - Serving

    private var position: LivePosition { LivePosition("\(start)-\(change)") }

    /// The whole page.
    func html() throws -> String {
        look()
        return try watched.html(at: position)
    }

    /// What came after a position, as an event; a beat if nothing did.
    func event(after position: String) -> (text: String, position: String) {
        let words = position.split(separator: "-")
        let time = decimal(currentTime(), 3)
        let known = words.count == 2 && words[0] == start ? Int(words[1]) : nil
        guard let known, known <= change, known >= structureChange else {
            return (
                Self.event("change", #"{"now":\#(time),"reload":true}"#, id: self.position.text),
                self.position.text
            )
        }
        guard known < change, let content = try? content(after: known) else {
            return (": alive\n" + Self.event("beat", #"{"now":\#(time)}"#), position)
        }
        return (
            Self.event("change", #"{"now":\#(time),\#(content)}"#, id: self.position.text),
            self.position.text
        )
    }

    private func content(after known: Int) throws -> String {
        let changed = parts.filter { $0.value.change > known && !$0.value.html.isEmpty }
        var fields = [
            #""problem":\#(try JSONDocument.text(of: problem, .line))"#,
            #""order":\#(try JSONDocument.text(of: order, .line))"#,
            #""parts":\#(try JSONDocument.text(of: changed.mapValues(\.html), .line))"#,
        ]
        if let data = try watched.data(after: known) { fields.append(#""report":\#(data)"#) }
        return fields.joined(separator: ",")
    }

    private static func event(_ name: String, _ data: String, id: String? = nil) -> String {
        (id.map { "id: \($0)\n" } ?? "") + "event: \(name)\ndata: \(data)\n\n"
    }

    /// Begins to tell one of changes; nil if too many are told already.
    func join() -> (client: Int, changes: AsyncStream<Void>)? {
        guard clients.count < Self.mostClients else { return nil }
        clientCount += 1
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        clients[clientCount] = continuation
        continuation.yield()
        return (clientCount, stream)
    }

    func leave(_ client: Int) {
        clients.removeValue(forKey: client)?.finish()
    }
}

extension SystemRandomNumberGenerator {
    fileprivate static func draw() -> UInt32 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
