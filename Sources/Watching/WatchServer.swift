internal import Hummingbird
internal import Logging
internal import NIOCore
internal import SegNASHost
internal import Synchronization

/// Serves the page of a study, a run or a comparison to this machine alone.
///
/// It reads the same files as `segnas3d status`, holds no lock, and changes nothing.
public struct WatchServer: Sendable {
    /// The port at which it answers.
    public let port: Int
    private let token: WatchToken

    /// The port that is tried first where none is named.
    public static let usualPort = 8741
    /// The ports that are tried where none is named.
    private static let triedPorts = 40

    /// The address of the page, with its token.
    public var link: String { "http://127.0.0.1:\(port)/?token=\(token.text)" }

    /// The command that brings the page to another machine.
    public var tunnel: String { "ssh -N -L \(port):127.0.0.1:\(port) \(ProcessTable.host)" }

    /// Starts to serve, until the process ends.
    ///
    /// - Parameters:
    ///   - folder: The study, run or comparison, which need not be begun yet.
    ///   - port: The port; nil for the usual one, or the next that is free.
    /// - Returns: The server, which answers already.
    /// - Throws: ``WatchError`` if the folder holds something else, or no port can be had; else what keeps the files
    ///   from being read.
    public static func start(_ folder: String, port: Int? = nil) throws -> WatchServer {
        let board = try WatchBoard(folder)
        let token = WatchToken(of: folder)
        let ports = port.map { [$0] } ?? Array(usualPort..<usualPort + triedPorts)
        var reason = ""
        for candidate in ports {
            do {
                let bound = try listen(candidate, board, token)
                Task.detached(priority: .utility) { await board.run() }
                return WatchServer(port: bound, token: token)
            } catch {
                reason = "\(error)"
            }
        }
        throw WatchError.noPort(first: ports[0], reason: reason)
    }

    /// Begins to answer at a port; waits until it does.
    ///
    /// - Returns: The port, which is another one for port 0.
    private static func listen(_ port: Int, _ board: WatchBoard, _ token: WatchToken) throws -> Int
    {
        let start = ServerStart()
        var logger = Logger(label: "segnas3d")
        logger.logLevel = .critical
        let quiet = logger
        let responder = WatchResponder(
            board: board, token: token, cookie: "segnas3d-watch-\(port)")
        Task.detached(priority: .utility) {
            do {
                try await Application(
                    responder: responder,
                    configuration: ApplicationConfiguration(
                        address: .hostname("127.0.0.1", port: port), serverName: nil),
                    onServerRunning: { start.end(.success($0.localAddress?.port ?? port)) },
                    logger: quiet
                ).run()
            } catch {
                start.end(.failure(error))
            }
        }
        return try start.wait()
    }
}

/// Waits in one thread for a server that starts in others.
private final class ServerStart: Sendable {
    private let result = Mutex<Result<Int, any Error>?>(nil)

    func end(_ value: Result<Int, any Error>) {
        result.withLock { $0 = $0 ?? value }
    }

    func wait() throws -> Int {
        while true {
            if let value = result.withLock({ $0 }) { return try value.get() }
            sleepBriefly()
        }
    }
}
