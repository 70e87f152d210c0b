import Glibc

/// Where progress and errors go, so that standard output holds results alone.
struct StandardError: TextOutputStream {
    func write(_ text: String) {
        // Results that were printed before stand before it, also where both go into one pipe.
        fflush(nil)
        // A failure to tell of a failure cannot be told.
        _ = text.utf8.withContiguousStorageIfAvailable {
            Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
        }
    }
}
