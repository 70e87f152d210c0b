internal import FoundationEssentials
internal import Glibc
internal import SegNASHost

/// What a link to a page must hold, so that no other user of the machine, and no page of another site, can read it.
///
/// It is kept for each watched folder where only its user can read: a server that is started again has the same, so
/// that pages which are open go on.
struct WatchToken {
    let text: String

    /// Reads the token of a folder, or makes one; it is not kept if it cannot be written.
    init(of folder: String) {
        let name = ContentDigest(ofText: Self.canonical(folder)).text
        guard let place = Self.place else {
            text = Self.random()
            return
        }
        let file = "\(place)/\(name)"
        if let known = try? String(contentsOfFile: file, encoding: .utf8), Self.isToken(known) {
            text = known
            return
        }
        text = Self.random()
        try? FileSystem.makeFolder(place, permissions: 0o700)
        // Nobody else may read it, not even for a moment.
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        fchmod(descriptor, 0o600)
        _ = Array(text.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    /// True for this token, in a time that does not depend on where another one differs.
    func matches(_ other: some StringProtocol) -> Bool {
        let (own, others) = (Array(text.utf8), Array(other.utf8))
        guard own.count == others.count else { return false }
        return zip(own, others).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// `$XDG_STATE_HOME/segnas3d`, by default in `~/.local/state`.
    private static var place: String? {
        let environment = ProcessInfo.processInfo.environment
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            return "\(state)/segnas3d"
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return "\(home)/.local/state/segnas3d"
    }

    /// 128 random bits, in hexadecimal digits.
    private static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return padded(generator.next(), to: 16, radix: 16)
            + padded(generator.next(), to: 16, radix: 16)
    }

    private static func isToken(_ text: String) -> Bool {
        text.utf8.count == 32 && text.allSatisfy(\.isHexDigit)
    }

    /// The same for all ways to name a folder, which need not be there yet.
    private static func canonical(_ folder: String) -> String {
        if let path = resolved(folder) { return path }
        let parts = PathParts(PathParts.trimmed(folder))
        return "\(resolved(parts.folder) ?? parts.folder)/\(parts.name)"
    }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
