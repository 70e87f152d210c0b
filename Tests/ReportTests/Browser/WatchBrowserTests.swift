import Foundation
import TestSupport
import Testing

/// A search on phantoms that is watched in a browser, as its user would.
@Suite(
    "Watched pages in a browser", .serialized,
    .enabled(if: Browser.program != nil, "Chromium is not installed: `make browser` installs it"))
struct WatchBrowserTests {
    /// Where tests that are asked to leave the pictures of what they see there; nil for none.
    private static let pictures = ProcessInfo.processInfo.environment["SEGNAS3D_PICTURES"]

    private static let program = URL(filePath: CommandLine.arguments[0])
        .deletingLastPathComponent().appending(path: "segnas3d")

    private func start(
        _ arguments: [String], in folder: URL, output: Drain = Drain()
    ) throws -> Process {
        let process = Process()
        process.executableURL = Self.program
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging([
            "XDG_STATE_HOME": folder.appending(path: "state").path
        ]) { $1 }
        try process.run(output: output, errors: output)
        return process
    }

    /// Starts a server at a port, and waits until it answers.
    private func watch(_ folder: URL, port: Int?) throws -> (process: Process, link: String) {
        let output = folder.appending(path: "watch.txt")
        try Data().write(to: output)
        let process = Process()
        process.executableURL = Self.program
        process.arguments = ["watch", "study"] + (port.map { ["--port", "\($0)"] } ?? [])
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging([
            "XDG_STATE_HOME": folder.appending(path: "state").path
        ]) { $1 }
        let file = try FileHandle(forWritingTo: output)
        process.standardOutput = file
        process.standardError = file
        try process.run()
        for _ in 0..<1000 {
            let text = try String(contentsOf: output, encoding: .utf8)
            if let link = text.firstMatch(of: /http:\/\/127\.0\.0\.1:[0-9]+\/\?token=[0-9a-f]+/) {
                return (process, String(link.0))
            }
            usleep(20_000)
        }
        throw Browser.Failure(
            description: "no link: \(try String(contentsOf: output, encoding: .utf8))")
    }

    /// Pictures of the page in both widths and both schemes.
    private func look(_ browser: Browser, _ name: String) throws {
        guard let pictures = Self.pictures else { return }
        for width in [1400, 400] {
            for scheme in ["light", "dark"] {
                try browser.call(
                    "Emulation.setDeviceMetricsOverride",
                    ["width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": false])
                try browser.call(
                    "Emulation.setEmulatedMedia",
                    ["features": [["name": "prefers-color-scheme", "value": scheme]]])
                usleep(800_000)
                let picture = try browser.call(
                    "Page.captureScreenshot", ["captureBeyondViewport": true, "format": "png"])
                let data = Data(base64Encoded: picture["data"] as? String ?? "") ?? Data()
                try data.write(to: URL(filePath: "\(pictures)/\(name)-\(width)-\(scheme).png"))
            }
        }
        try browser.call("Emulation.clearDeviceMetricsOverride")
    }

    /// Has axe look for what hinders readers, where its script is at hand: `make browser` downloads it.
    private func checkAccess(_ browser: Browser) throws {
        guard let script = ProcessInfo.processInfo.environment["SEGNAS3D_AXE"] else { return }
        // Not while the page is being made anew; if it is meanwhile, once more.
        try browser.expect(
            "document.readyState === 'complete' && document.querySelector('main > section')")
        for _ in 0..<5 {
            guard let violations = try? violations(browser, script) else { continue }
            #expect(violations == "")
            return
        }
        Issue.record("the page was made anew again and again")
    }

    /// What axe complains of, in lines.
    private func violations(_ browser: Browser, _ script: String) throws -> String? {
        try browser.value(String(contentsOfFile: script, encoding: .utf8) + "; 0")
        // That version does not know `aria-roledescription`, nor `autocomplete="off"` of a search field.
        return try browser.value(
            """
            axe.run({rules: {"aria-valid-attr": {enabled: false}, "autocomplete-valid": {enabled: false}}})
                .then(found => found.violations.map(it =>
                    it.id + ": " + it.nodes.map(node => node.html.slice(0, 200)).join(" | ")).join("\\n"))
            """) as? String
    }

    /// Lets a page be told of a change as if the server did.
    private static let tell = """
        window.EventSource = class extends EventSource {
            constructor(address) { super(address); window.events = this; }
        };
        window.tell = change => events.dispatchEvent(new MessageEvent("change", {
            data: JSON.stringify({now: Date.now() / 1000, ...change}),
        }));
        """

    @Test("a search: events arrive, a killed server comes back, and nothing is asked of others")
    func search() throws {
        try withTemporaryFolder { folder in
            let phantoms = try start(
                [
                    "phantom", "data", "--cases", "8", "--size", "16", "--structures", "2",
                    "--threads", "1",
                ], in: folder)
            phantoms.waitUntilExit()
            try Data(
                "schema: 1\nn: [2, 5]\np: 1\nsup: 0\nres: [0, 2]\nnodes: 3\nops: [0, 3]\n".utf8
            )
            .write(to: folder.appending(path: "space.yaml"))
            var (server, link) = try watch(folder, port: nil)
            defer { server.terminate() }
            let port = try #require(URL(string: link)?.port)
            let browser = try Browser(in: folder)
            try browser.call("Page.addScriptToEvaluateOnNewDocument", ["source": Self.tell])
            try browser.open(try #require(URL(string: link)))
            #expect(try browser.text("main").contains("Nothing has been begun here yet"))
            let search = try start(
                [
                    "search", "data", "--space", "space.yaml", "--size", "16", "--iterations", "12",
                    "--population", "6", "--epochs", "80", "--output", "study", "--cache", "cache",
                    "--threads", "1", "--memory-limit", "1GiB", "--seed", "3",
                ], in: folder)
            defer { if search.isRunning { search.terminate() } }
            // The page is made anew by itself, and shows the trial at work: each lasts seconds, so that it is seen.
            try browser.expect(
                "document.querySelector('#working .card progress')?.value > 0", seconds: 120)
            try browser.expect("document.getElementById('now')?.textContent.includes('elapsed')")
            try checkAccess(browser)
            try look(browser, "running")
            try browser.expect(
                "document.querySelectorAll('#trials-table tbody tr').length > 2", seconds: 60)
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
            try browser.expect("document.getElementById('connection')?.hidden === false")
            server = try watch(folder, port: port).process
            try browser.expect("document.getElementById('connection')?.hidden", seconds: 20)
            try browser.expect(
                "document.getElementById('state')?.textContent === 'The search is complete.'",
                seconds: 120)
            search.waitUntilExit()
            try browser.expect("!document.getElementById('now')", seconds: 20)
            // The page is made anew with the last files of the search, its test cases, and has stood for some seconds.
            try browser.expect(
                "document.getElementById('cases') && performance.now() > 4000", seconds: 60)
            try browser.expect("document.querySelector('#preview img')?.naturalWidth > 100")
            try checkAccess(browser)
            // What comes while the mouse is down does not take away what it is on.
            try browser.value(
                """
                addEventListener("pointerdown", () => tell({
                    order: [...document.querySelectorAll("main > section")].map(section => section.id),
                    parts: {}, report: {trials: [], curves: {}},
                }), {once: true}); 0
                """)
            let chosen = "document.querySelectorAll('#trials-table input:checked').length"
            try browser.click("#trials-table tbody tr:first-child input", until: "\(chosen) === 1")
            try browser.click("#trials-table tbody tr:nth-child(2) input", until: "\(chosen) === 2")
            // A page that is made anew keeps what was chosen.
            try browser.value("tell({reload: true}); window.isOld = true; 0")
            try browser.expect("!window.isOld && \(chosen) === 2")
            try browser.click("#trials-compare", until: "document.getElementById('pair').open")
            #expect(
                try browser.number("document.querySelectorAll('#pair-table thead th').length") == 2)
            try browser.click("#pair-close")
            try look(browser, "complete")
            // The browser says itself that the killed server was missing.
            let errors = browser.takeErrors().filter { error in
                !["ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED", "ERR_CONNECTION_RESET"]
                    .contains {
                        error.contains($0)
                    }
            }
            #expect(errors == [])
            let others = browser.requests.filter { !$0.hasPrefix("http://127.0.0.1:\(port)/") }
            #expect(others == [])
            #expect(browser.requests.contains { $0.contains("/events?since=") })
        }
    }
}
