import Foundation
import Glibc
import SegNASRandomness
import SegNASStudy
import TestSupport
import Testing

@Suite("Watch")
struct WatchCommandTests {
    @Test(
        "the page of a study, to the one who has the link, and with what browsers need to keep it safe"
    )
    func page() throws {
        try WatchScene.with { scene in
            let server = try scene.watch()
            let page = try Answer(server.port, server.link)
            #expect(page.status == 200)
            #expect(page.body.hasPrefix("<!DOCTYPE html>") && page.body.hasSuffix("</html>\n"))
            #expect(page.body.contains("<section id=\"now\""))
            #expect(page.body.contains("The search is interrupted") == false)
            let head = page.head.lowercased()
            for line in [
                "cache-control: no-store", "x-content-type-options: nosniff",
                "x-frame-options: deny", "referrer-policy: no-referrer",
                "set-cookie: segnas3d-watch-\(server.port)=\(server.token); httponly; samesite=strict",
                "connect-src 'self'", "frame-ancestors 'none'",
            ] {
                #expect(head.contains(line), "\(line)")
            }
            let cookie = "Cookie: other=1; segnas3d-watch-\(server.port)=\(server.token)"
            #expect(try Answer(server.port, "/", [cookie]).status == 200)
            let empty = try Answer(server.port, "/", method: "HEAD", [cookie])
            #expect(empty.status == 200 && empty.body.isEmpty)
            // At the other end of a tunnel.
            #expect(try Answer(server.port, server.link, host: "localhost:9000").status == 200)
        }
    }

    @Test("what does not come from the page's user is refused")
    func refusals() throws {
        try WatchScene.with { scene in
            let server = try scene.watch()
            func status(
                _ target: String? = nil, method: String = "GET", host: String? = nil,
                _ headers: String...
            ) throws -> Int {
                try Answer(
                    server.port, target ?? server.link, method: method, host: host, headers
                ).status
            }
            #expect(try status("/") == 403)
            #expect(try status("/events") == 403)
            #expect(try status("/?token=") == 403)
            #expect(try status("/?token=\(String(repeating: "0", count: 32))") == 403)
            #expect(try status("/?token=\(server.token)0") == 403)
            #expect(try status("/", "Cookie: segnas3d-watch-1=\(server.token)") == 403)
            for host in ["example.org", "example.org:\(server.port)", "127.0.0.1.example.org", ""] {
                #expect(try status(host: host) == 421, "\(host)")
            }
            for origin in [
                "http://example.org", "null", "http://127.0.0.1:1",
                "https://127.0.0.1:\(server.port)",
            ] {
                #expect(try status(nil, "Origin: \(origin)") == 403, "\(origin)")
            }
            #expect(try status(nil, "Origin: http://127.0.0.1:\(server.port)") == 200)
            #expect(try status(nil, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: cors") == 403)
            #expect(try status(nil, "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors") == 403)
            #expect(
                try status(nil, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate") == 200)
            for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
                let code = try status(method: method)
                #expect(code == 405 || method == "BREW" && code == 400, "\(method): \(code)")
            }
            for path in [
                "/plan.json", "/study.sqlite", "/../study/plan.json", "//etc/passwd",
                "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "/trials/000000/log",
                "/events/",
            ] {
                #expect(try status("\(path)?token=\(server.token)") == 404, "\(path)")
            }
        }
    }

    @Test("spoilt requests end nothing and get nothing")
    func fuzz() throws {
        try WatchScene.with { scene in
            let server = try scene.watch()
            var generator = SeededGenerator(seed: 7)
            let request = Array(
                "GET /events?since=1-2 HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nAccept: */*\r\n\r\n"
                    .utf8)
            for _ in 0..<300 {
                var bytes = request
                for _ in 0...Int(generator.next() % 6) {
                    let place = Int(generator.next() % UInt64(bytes.count))
                    switch generator.next() % 4 {
                    case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
                    case 1: bytes.remove(at: place)
                    case 2: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: place)
                    default: bytes.insert(contentsOf: bytes[place...], at: place)
                    }
                }
                let connection = try Connection(server.port)
                connection.send(bytes)
                let answer = connection.read(for: 0.02)
                #expect(answer.isEmpty || !answer.hasPrefix("HTTP/1.1 200"), "\(bytes)")
            }
            let long = try Answer(server.port, "/" + String(repeating: "a", count: 1 << 17))
            #expect(long.status != 200)
            #expect(server.process.isRunning)
            #expect(try Answer(server.port, server.link).status == 200)
        }
    }

    /// Opens the stream of events after a position.
    private func events(_ server: WatchScene.Server, after position: String) throws -> Connection {
        let connection = try Connection(server.port)
        let lines = [
            "GET /events?token=\(server.token) HTTP/1.1", "Host: 127.0.0.1:\(server.port)",
            "Last-Event-ID: \(position)", "", "",
        ]
        connection.send(Array(lines.joined(separator: "\r\n").utf8))
        return connection
    }

    /// The position of the server's page.
    private func position(_ server: WatchScene.Server) throws -> String {
        let page = try Answer(server.port, server.link).body
        let mark = try #require(
            page.firstMatch(of: /<meta name="segnas3d-position" content="([0-9a-f]+-[0-9]+)">/))
        return String(mark.1)
    }

    @Test("a new result comes as an event, and what was missed comes again")
    func changes() throws {
        try WatchScene.with { scene in
            let server = try scene.watch()
            let begin = try position(server)
            let stream = try events(server, after: begin)
            #expect(stream.read { $0.contains("event: beat") }.contains("retry: 1000"))
            let before = Date.now
            let number = try scene.finishTrial()
            let text = stream.read(for: 10) { $0.contains("\"number\":\(number),") }
            print("an event came after \((Date.now.timeIntervalSince(before) * 1000).rounded()) ms")
            #expect(text.contains("\"trials\":[{") && text.contains("\"number\":\(number)"))
            #expect(!text.contains("\"number\":0,"))
            let id = try #require(text.matches(of: /id: ([0-9a-f]+-[0-9]+)/).last)
            #expect(String(id.1) != begin)
            // One that slept through several.
            let next = try scene.finishTrial()
            let later = try events(server, after: begin)
            let missed = later.read(for: 10) { $0.contains("\"number\":\(next),") }
            #expect(missed.contains("\"number\":\(number),"))
        }
    }

    @Test("a server that is killed and started again has the same link, and makes its pages anew")
    func restart() throws {
        try WatchScene.with { scene in
            // Another test may be given a port of the system's choice in between.
            let first = try scene.watch(port: WatchScene.freePort())
            let position = try position(first)
            kill(first.process.processIdentifier, SIGKILL)
            first.process.waitUntilExit()
            let second = try scene.watch(port: first.port)
            #expect(second.token == first.token)
            let stream = try events(second, after: position)
            #expect(stream.read { $0.contains("\"reload\":true") }.contains("event: change"))
        }
    }

    @Test("work that is begun later is shown then")
    func later() throws {
        try WatchScene.with { scene in
            let other = scene.folder.appending(path: "other")
            let server = try scene.watch(other.path)
            let page = try Answer(server.port, server.link)
            #expect(page.body.contains("Nothing has been begun here yet"))
            let stream = try events(server, after: try position(server))
            #expect(stream.read { $0.contains("event: beat") }.contains("beat"))
            _ = try WatchScene(in: scene.folder.appending(path: "other scene"))
            try FileManager.default.moveItem(
                at: scene.folder.appending(path: "other scene/study"), to: other)
            #expect(stream.read(for: 10) { $0.contains("reload") }.contains("reload"))
            #expect(try Answer(server.port, server.link).body.contains("<section id=\"now\""))
        }
    }

    @Test("a search tells where it is shown, and ends as it would otherwise")
    func alongSearch() throws {
        try SearchScene.with(iterations: 3) { scene in
            let program = try Program.run(
                scene.arguments("study", ["--watch"]),
                environment: ["XDG_STATE_HOME": scene.path("state")])
            #expect(program.status == 0, "\(program.errors)")
            #expect(
                program.errors.contains("\(scene.path("study")) is shown at http://127.0.0.1:"))
            let names = try FileManager.default.contentsOfDirectory(
                atPath: scene.path("state/segnas3d"))
            let mode = try FileManager.default.attributesOfItem(
                atPath: scene.path("state/segnas3d/\(names[0])"))[.posixPermissions]
            #expect(names.count == 1 && mode as? Int == 0o600)
        }
    }

    @Test(
        "a cross-validation is shown while it is trained: epochs come as events, then the cases")
    func folds() throws {
        try WatchScene.with { scene in
            let path = { (name: String) in scene.folder.appending(path: name).path }
            _ = try Program.run(
                "phantom", path("data"), "--cases", "4", "--size", "16", "--structures", "2",
                "--threads", "1")
            let arguments = [
                "train", path("data"), "--folds", "2", "--size", "16", "--output", path("cv"),
                "--cache", path("cache"), "--threads", "1", "--quiet", "--epochs",
            ]
            let process = try Program.start(arguments + ["400"])
            let log = path("cv/fold_0/log.jsonl")
            while access(log, F_OK) != 0 && process.isRunning { usleep(10_000) }
            let server = try scene.watch(path("cv"))
            let page = try Answer(server.port, server.link).body
            #expect(page.contains("0 of 2 folds are trained") && page.contains("id=\"folds\""))
            let stream = try events(server, after: position(server))
            let change = stream.read(for: 20) {
                $0.contains("event: change") && $0.contains("of 400")
            }
            #expect(change.contains(" of 400</td>"), "\(change.prefix(2000))")
            kill(process.processIdentifier, SIGINT)
            process.waitUntilExit()
            #expect(process.terminationStatus == 130)
            let whole = try Program.run(
                "train", path("data"), "--folds", "2", "--size", "16", "--output", path("whole"),
                "--cache", path("cache"), "--threads", "1", "--epochs", "2")
            #expect(whole.status == 0, "\(whole.errors)")
            let done = try scene.watch(path("whole"))
            let last = try Answer(done.port, done.link).body
            #expect(last.contains("The cross-validation is complete"))
            #expect(last.contains("id=\"cases\"") && !last.contains("phantom000"))
        }
    }

    @Test("Ctrl-C ends it at once, also while pages are open")
    func interruption() throws {
        try WatchScene.with { scene in
            let server = try scene.watch()
            let stream = try events(server, after: "")
            stream.read { $0.contains("event:") }
            kill(server.process.processIdentifier, SIGINT)
            server.process.waitUntilExit()
            #expect(server.process.terminationReason == .exit)
            #expect(server.process.terminationStatus == 130)
        }
    }

    @Test("ports that are taken, and folders of something else")
    func faults() throws {
        try WatchScene.with { scene in
            let first = try scene.watch()
            let second = try scene.watch()
            #expect(first.port != second.port)
            let taken = try Program.run("watch", scene.study, "--port", "\(first.port)")
            #expect(taken.status == 1)
            #expect(
                taken.errors.hasPrefix("Error: no page can be served at port \(first.port): "))
            #expect(taken.errors.hasSuffix("name another --port\n"))
            #expect(try Program.run("watch", scene.study, "--port", "70000").status == 2)
            let folder = scene.folder.appending(path: "thesis")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data("mine".utf8).write(to: folder.appending(path: "thesis.txt"))
            let other = try Program.run("watch", folder.path)
            #expect(other.status == 1)
            #expect(
                other.errors.hasPrefix(
                    "Error: \(folder.path) is neither a study of segnas3d search, "))
        }
    }
}
