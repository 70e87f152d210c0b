import Foundation

/// Chromium without a window, which tests speak to through its debugging pipe.
///
/// Its protocol is that of <https://chromedevtools.github.io/devtools-protocol/>: JSON, each message ended by a zero.
final class Browser {
    /// What pages have complained of: errors on the console, uncaught exceptions, what the page's policy forbids.
    private var errors: [String] = []
    /// The addresses that pages have asked for something, without those of their own data.
    private(set) var requests: [String] = []
    private let process = Process()
    private let commands = Pipe()
    private let messages = Pipe()
    private let log: URL
    private var received = Data()
    private var lastCommand = 0
    private var session: String?
    /// Names of the protocol's events that came since they were last waited for.
    private var events: Set<String> = []

    /// The program; nil where there is none.
    static let program: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/chromium" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }()

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Starts a browser whose files lie in a folder.
    init(in folder: URL) throws {
        log = folder.appending(path: "browser.log")
        process.executableURL = URL(filePath: "/bin/sh")
        // It reads commands from descriptor 3 and writes messages to 4.
        process.arguments = [
            "-c", "exec \"$@\" 3<&0 4>&1 </dev/null >\"$0\" 2>&1", log.path,
            Browser.program ?? "chromium", "--headless", "--remote-debugging-pipe",
            // The sandbox needs rights that root has not in containers; the pages are our own.
            "--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking",
            "--no-first-run", "--window-size=1200,900",
            // WebGL where there is no graphics card.
            "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
            "--user-data-dir=\(folder.appending(path: "profile").path)",
        ]
        process.standardInput = commands
        process.standardOutput = messages
        try process.run()
        let target = try call("Target.createTarget", ["url": "about:blank"])
        let attached = try call(
            "Target.attachToTarget", ["targetId": target["targetId"] ?? "", "flatten": true])
        session = attached["sessionId"] as? String
        for domain in ["Page", "Runtime", "Log", "Network"] { try call("\(domain).enable") }
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
    }

    /// Opens a file, and waits until it is loaded.
    func open(_ file: URL) throws {
        events.remove("Page.loadEventFired")
        try call("Page.navigate", ["url": file.absoluteString])
        while !events.contains("Page.loadEventFired") { try receive() }
    }

    /// Calls a function of the browser.
    @discardableResult
    func call(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
        lastCommand += 1
        var command: [String: Any] = ["id": lastCommand, "method": method, "params": parameters]
        command["sessionId"] = session
        let data = try JSONSerialization.data(withJSONObject: command)
        // Writing to one that has ended would end the tests.
        guard process.isRunning else {
            throw Failure(description: "the browser has ended: \(words)")
        }
        try commands.fileHandleForWriting.write(contentsOf: data + [0])
        while true {
            let message = try receive()
            guard message["id"] as? Int == lastCommand else { continue }
            if let error = message["error"] { throw Failure(description: "\(method): \(error)") }
            return message["result"] as? [String: Any] ?? [:]
        }
    }

    /// What pages have complained of since this was last asked.
    func takeErrors() -> [String] {
        defer { errors = [] }
        return errors
    }

    // MARK: - Messages

    /// Waits for the next message, for half a minute at most.
    @discardableResult
    private func receive() throws -> [String: Any] {
        while true {
            if let end = received.firstIndex(of: 0) {
                let message = try JSONSerialization.jsonObject(with: received[..<end])
                received = Data(received[(end + 1)...])
                guard let message = message as? [String: Any] else { continue }
                note(message)
                return message
            }
            let source = messages.fileHandleForReading
            var descriptor = pollfd(
                fd: source.fileDescriptor, events: Int16(POLLIN), revents: 0)
            let data = poll(&descriptor, 1, 30_000) > 0 ? source.availableData : Data()
            guard !data.isEmpty else {
                throw Failure(description: "the browser does not answer: \(words)")
            }
            received += data
        }
    }

    /// What it has written last.
    private var words: Substring {
        ((try? String(contentsOf: log, encoding: .utf8)) ?? "").suffix(2000)
    }

    private func note(_ message: [String: Any]) {
        guard let event = message["method"] as? String else { return }
        events.insert(event)
        let content = message["params"] as? [String: Any] ?? [:]
        switch event {
        case "Network.requestWillBeSent":
            let request = content["request"] as? [String: Any]
            guard let address = request?["url"] as? String, !address.hasPrefix("data:") else {
                return
            }
            requests.append(address)
        case "Runtime.exceptionThrown":
            errors.append("\(content["exceptionDetails"] ?? content)")
        case "Runtime.consoleAPICalled":
            guard let kind = content["type"] as? String, ["error", "assert"].contains(kind) else {
                return
            }
            errors.append("\(content["args"] ?? content)")
        case "Log.entryAdded":
            let entry = content["entry"] as? [String: Any]
            if entry?["level"] as? String == "error" { errors.append("\(entry ?? content)") }
        default: break
        }
    }
}
