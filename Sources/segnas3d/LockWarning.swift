internal import SegNASHost

/// Says that the file system of a folder has no locks, where that is so.
func warnOfMissingLocks(in path: String, isQuiet: Bool) {
    guard let fault = FileSystem.lockingFailure(at: path) else { return }
    Progress("", isQuiet: isQuiet).say(
        """
        Warning: \(path) lies on a file system without locks (\(fault)): another command in the same folder is noticed on \
        this machine only, so start none on another one
        """)
}
