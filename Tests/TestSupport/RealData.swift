public import Foundation

/// Real images that lie outside the repository, in the folder that `$SEGNAS3D_DATA` names.
///
/// Tests that need them are skipped where they are missing: `.enabled(if: RealData.isHere)`.
public enum RealData {
    /// Nil where none is named.
    private static let folder = ProcessInfo.processInfo.environment["SEGNAS3D_DATA"].map {
        URL(filePath: $0, directoryHint: .isDirectory)
    }

    /// Whether a folder is named; one that lacks what a test reads fails the test.
    public static var isHere: Bool { folder != nil }

    /// The path of a file or folder there.
    public static func path(_ name: String) -> String {
        guard let folder else { preconditionFailure("a test of real data runs without any") }
        return folder.appending(path: name).path
    }
}
