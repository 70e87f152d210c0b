import Foundation
import Glibc
import SegNASExperiments
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

/// A study that is watched by the program itself, and what a browser would ask of it.
final class WatchScene {
    let folder: URL
    let ledger: StudyLedger
    private var servers: [Process] = []

    /// A study of which six trials were trained.
    init(in folder: URL, iterations: Int = 100, ended: Int = 6) throws {
        self.folder = folder
        let plan = StudyPlan(
            version: Release.version, space: "segnas11",
            sampler: SamplerPlan(method: .random, seed: 1), budget: .iterations(iterations))
        ledger = try StudyLedger(creating: plan, in: folder.appending(path: "study").path)
        for _ in 0..<ended { try finishTrial() }
    }

    deinit {
        for server in servers where server.isRunning {
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
        }
    }

    static func with<Result>(_ body: (WatchScene) throws -> Result) throws -> Result {
        try withTemporaryFolder { folder in try body(WatchScene(in: folder)) }
    }

    var study: String { ledger.folder.path }

    /// Asks for a trial that can be trained, trains it in no time, and records what came of it.
    @discardableResult
    func finishTrial() throws -> Int {
        var asked: Trial?
        repeat {
            asked = try ledger.ask { .train(TrialCost(parameters: $0.network.n)) }
        } while asked.map { $0.state != .queued } ?? false
        let trial = try #require(asked)
        let attempt = try ledger.begin(trial.number, slot: "cpu/0")
        _ = try ledger.finish(attempt, .completed(dice: 0.5 + Double(trial.number) / 20_000))
        return trial.number
    }

    /// A server, and where it is.
    struct Server {
        let process: Process
        let port: UInt16
        let token: String

        var link: String { "/?token=\(token)" }
    }

    /// Starts the program, and reads the link that it prints.
    func watch(_ path: String? = nil, port: UInt16? = nil) throws -> Server {
        let process = Process()
        let output = Pipe()
        process.executableURL = Program.url
        process.arguments = ["watch", path ?? study] + (port.map { ["--port", "\($0)"] } ?? [])
        process.environment = ProcessInfo.processInfo.environment.merging([
            "XDG_STATE_HOME": folder.appending(path: "state").path
        ]) { $1 }
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        servers.append(process)
        var text = ""
        while !text.contains("ssh") {
            let part = output.fileHandleForReading.availableData
            try #require(!part.isEmpty, "no link: \(text)")
            text += String(decoding: part, as: UTF8.self)
        }
        let link = try #require(
            text.firstMatch(of: /127\.0\.0\.1:([0-9]+)\/\?token=([0-9a-f]{32})/))
        return Server(
            process: process, port: try #require(UInt16(link.1)), token: String(link.2))
    }

    /// A port that is free now, and that the system gives to none who asks for any.
    static func freePort() throws -> UInt16 {
        let free = (0..<100).lazy.map { _ in UInt16.random(in: 20_000..<32_000) }.first { port in
            let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(connection) }
            var address = Connection.address(port)
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        }
        return try #require(free)
    }
}

/// A connection to a port of this machine, byte for byte.
final class Connection {
    private let descriptor: Int32
    private(set) var received = Data()

    init(_ port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port)
        let isOpen = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        try #require(isOpen, "nothing answers at port \(port)")
    }

    deinit { close(descriptor) }

    static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    func send(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
    }

    /// Reads until something holds of the text, the other end closes, or the time is over.
    @discardableResult
    func read(for seconds: Double = 5, until isDone: (String) -> Bool = { _ in false }) -> String {
        let end = Date.now + seconds
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while !isDone(text), Date.now < end {
            var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&state, 1, 50) > 0 else { continue }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            received += buffer[..<count]
        }
        return text
    }

    var text: String { String(decoding: received, as: UTF8.self) }
}

/// An answer to a request.
struct Answer {
    let status: Int
    let head: String
    let body: String

    /// Asks for a path, and reads the whole answer.
    init(
        _ port: UInt16, _ target: String, method: String = "GET", host: String? = nil,
        _ headers: [String] = []
    ) throws {
        let connection = try Connection(port)
        let lines =
            ["\(method) \(target) HTTP/1.1", "Host: \(host ?? "127.0.0.1:\(port)")"] + headers
            + ["Connection: close", "", ""]
        connection.send(Array(lines.joined(separator: "\r\n").utf8))
        self.init(connection.read(for: 20))
    }

    init(_ text: String) {
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
        head = String(parts.first ?? "")
        body = parts.count > 1 ? String(parts[1]) : ""
        status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
