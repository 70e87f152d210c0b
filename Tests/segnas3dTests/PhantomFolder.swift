import Foundation
import TestSupport

/// A temporary folder with a dataset of phantoms, `data`.
struct PhantomFolder {
    let url: URL

    /// Calls a body with cubes of `size` voxels along each axis that show two structures.
    static func with(cases: Int, size: Int, _ body: (PhantomFolder) throws -> Void) throws {
        try withTemporaryFolder { url in
            let folder = PhantomFolder(url: url)
            _ = try Program.run(
                "phantom", folder.path("data"), "--cases", "\(cases)", "--size", "\(size)",
                "--structures", "2", "--threads", "1")
            try body(folder)
        }
    }

    func path(_ name: String) -> String { url.appending(path: name).path }

    func text(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }
}
