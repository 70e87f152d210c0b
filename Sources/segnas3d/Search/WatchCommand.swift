internal import ArgumentParser
// Glibc's stdout is a variable, which nothing here changes.
@preconcurrency internal import Glibc
internal import SegNASHost
internal import SegNASWatching

/// `segnas3d watch`: serves a page that shows a search, a training or a comparison while it runs.
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract:
            "Show a search, a training or a comparison in a browser, while it runs and afterwards.",
        discussion: """
            Serves a page at 127.0.0.1, to this user alone: the link that is printed holds a token. The page follows \
            what happens, also after a night or a restart of this command, and is the report when all is done. \
            Nothing is written and no lock is held, so the work is not disturbed; it need not have been begun yet. \
            Ctrl-C ends it.

            From another computer, run the ssh command that is printed there, with your name on this machine where it \
            differs, and open the same link.
            """)

    @Argument(help: "Folder of the study, run, cross-validation, cascade or comparison.")
    var folder: String

    @Option(
        help: ArgumentHelp(
            "Port; by default \(WatchServer.usualPort), or the next one that is free.",
            valueName: "number"))
    var port: Int?

    func validate() throws {
        if let port, !(1...65_535).contains(port) {
            throw ValidationError("--port must be from 1 to 65535, and not \(port)")
        }
    }

    func run() throws {
        SignalWatch.start()
        let server = try WatchServer.start(folder, port: port)
        print(server.words(of: folder))
        fflush(stdout)
        while !SignalWatch.isEndRequested { usleep(50_000) }
        throw ExitCode(ProgramExit.interrupted.rawValue)
    }
}

extension WatchServer {
    /// Where the page is.
    func words(of folder: String) -> String {
        """
        \(folder) is shown at \(link)
        from another computer, run there: \(tunnel)
        """
    }
}
