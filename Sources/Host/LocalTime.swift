import FoundationEssentials
import Glibc

/// Points in time as people of this place read them.
package enum LocalTime {
    /// This minute by the clock on the wall: `2026-11-27 14:05 CET`.
    package static var now: String { text(of: time(nil)) }

    /// The minute of a time in the form of ISO 8601; the text itself if it has another form.
    package static func text(ofISO8601 text: String) -> String {
        guard let date = try? Date(text, strategy: .iso8601) else { return text }
        return Self.text(of: time_t(date.timeIntervalSince1970))
    }

    /// The minute of a time in seconds since 1970.
    static func text(of seconds: time_t) -> String {
        text(of: seconds, "%Y-%m-%d %H:%M %Z") ?? "an unknown time"
    }

    /// Now in a format of `strftime`; empty if the system does not know the time.
    package static func now(_ format: String) -> String { text(of: time(nil), format) ?? "" }

    private static func text(of seconds: time_t, _ format: String) -> String? {
        var (seconds, parts) = (seconds, tm())
        guard localtime_r(&seconds, &parts) != nil else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { room in
            guard let text = room.baseAddress, strftime(text, room.count, format, &parts) > 0
            else { return nil }
            return String(cString: text)
        }
    }
}
