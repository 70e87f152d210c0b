public import Foundation

/// Real images that lie outside the repository: in `$SEGNAS3D_DATA`, or in `../shared/data` beside it.
///
/// Tests that need them are skipped where they are missing: `.enabled(if: RealData.isHere)`.
public enum RealData {
    public static let folder: URL = {
        if let named = ProcessInfo.processInfo.environment["SEGNAS3D_DATA"] {
            return URL(filePath: named)
        }
        let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../..")
        return repository.appending(path: "../shared/data").standardizedFileURL
    }()

    public static var isHere: Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: "README.md").path)
    }

    /// The path of a file or folder there.
    public static func path(_ name: String) -> String {
        folder.appending(path: name).path
    }
}
