import Foundation
import SegNASHost
import TestSupport
import Testing

/// What watching costs; times decide nothing, so they are measured on request: `SEGNAS3D_LOAD=1 swift test …`.
@Suite(
    "Load of watching",
    .enabled(
        if: ProcessInfo.processInfo.environment["SEGNAS3D_LOAD"] != nil,
        "it measures for a minute: SEGNAS3D_LOAD=1"))
struct WatchLoadTests {
    @Test("a page of 5,000 trials")
    func largeStudy() throws {
        try withTemporaryFolder { folder in
            let scene = try WatchScene(in: folder, iterations: 9000, ended: 5000)
            let begin = Date.now
            let server = try scene.watch()
            let started = Date.now
            for _ in 0..<3 {
                let asked = Date.now
                let page = try Answer(server.port, server.link)
                #expect(page.status == 200)
                print(
                    "page of 5,000 trials: \(page.body.utf8.count) bytes in \(seconds(since: asked)) s"
                )
            }
            print("started in \(started.timeIntervalSince(begin)) s")
        }
    }

    @Test("twenty pages while trials end")
    func manyPages() throws {
        try WatchScene.with { scene in
            let server = try scene.watch()
            let streams = try (0..<20).map { _ in
                let stream = try Connection(server.port)
                let lines = [
                    "GET /events?token=\(server.token)&since=0-0 HTTP/1.1",
                    "Host: 127.0.0.1:\(server.port)", "", "",
                ]
                stream.send(Array(lines.joined(separator: "\r\n").utf8))
                return stream
            }
            for stream in streams { stream.read { $0.contains("reload") } }
            let process = server.process.processIdentifier
            let (begin, before) = (Date.now, ProcessTable.busySeconds(of: process) ?? 0)
            for _ in 0..<6 {
                usleep(8_000_000)
                let asked = Date.now
                let number = try scene.finishTrial()
                for stream in streams {
                    #expect(
                        stream.read(for: 10) { $0.contains("\"number\":\(number),") }
                            .contains("\"number\":\(number),"))
                }
                print("twenty pages have the result after \(seconds(since: asked)) s")
            }
            let busy = (ProcessTable.busySeconds(of: process) ?? 0) - before
            print("the server: \(100 * busy / Date.now.timeIntervalSince(begin)) % of a core")
        }
    }

    private func seconds(since date: Date) -> Double {
        (Date.now.timeIntervalSince(date) * 1000).rounded() / 1000
    }
}
