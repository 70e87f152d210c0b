public import Foundation
package import SegNASImaging
import Synchronization

/// A folder that is removed with everything in it when the body has ended.
public func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = URL.temporaryDirectory.appending(path: "segnas3d-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

/// A file of expected values among the `Fixtures` of a test bundle; the Python script of the same name made them.
public func fixture<Content: Decodable>(
    _ name: String, as type: Content.Type = Content.self, in bundle: Bundle
) throws -> Content {
    let file = bundle.bundleURL.appending(path: "Fixtures").appending(path: name)
    return try JSONDecoder().decode(Content.self, from: Data(contentsOf: file))
}

/// Real images that lie outside the repository, in the folder that `$SEGNAS3D_DATA` names.
///
/// Tests that need them are skipped where they are missing: `.enabled(if: RealData.isHere)`.
public enum RealData {
    /// The folder; nil if none is named.
    private static let folder = ProcessInfo.processInfo.environment["SEGNAS3D_DATA"].map {
        URL(filePath: $0, directoryHint: .isDirectory)
    }

    /// True if a folder is named; a test that lacks a file in it fails.
    public static var isHere: Bool { folder != nil }

    /// The path of a file or folder there.
    public static func path(_ name: String) -> String {
        guard let folder else { preconditionFailure("a test of real data runs without any") }
        return folder.appending(path: name).path
    }
}

extension ScorePlace {
    /// Adds probabilities `[C, z, y, x]` of a tile of a size, in the network's order, times the place's weights.
    package func add(_ probabilities: [Float], classes: Int, tile: SIMD3<Int>) {
        for label in 0..<classes {
            for (z, ofSlice) in weights.z.enumerated() {
                for (y, ofLine) in weights.y.enumerated() {
                    let line = (label * tile.z + start.z + z) * tile.y + start.y + y
                    let row = sums + label * classStep + z * steps.z + y * steps.y
                    for (x, ofColumn) in weights.x.enumerated() {
                        row[x * steps.x] +=
                            ofSlice * ofLine * ofColumn * probabilities[line * tile.x + start.x + x]
                    }
                }
            }
        }
    }
}

extension Orientation {
    /// All 48 ways in which three axes can run.
    package static let all: [Orientation] = {
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
        return orders.flatMap { order in
            (0..<8).map { signs in
                Orientation(
                    axes: order.enumerated().map { axis, world in
                        .init(world: world, isReversed: signs >> axis & 1 == 1)
                    })
            }
        }
    }()
}

/// A pipe that is read while a child writes into it, so that no child waits for its reader.
public final class Drain: Sendable {
    public let pipe = Pipe()
    private let content = Mutex(Data())
    private let end = DispatchSemaphore(value: 0)

    public init() {}

    /// Starts to read, on a separate thread, until all writers have closed the pipe.
    fileprivate func start() {
        let source = pipe.fileHandleForReading
        Thread.detachNewThread { [self] in
            while let part = try? source.read(upToCount: 1 << 16), !part.isEmpty {
                content.withLock { $0 += part }
            }
            end.signal()
        }
    }

    /// All that was written; waits for the end of the writers.
    public var text: String {
        end.wait()
        end.signal()
        return content.withLock { String(decoding: $0, as: UTF8.self) }
    }
}

extension Process {
    /// Runs, with output and errors read from the start; with one drain for both they keep their order.
    public func run(output: Drain, errors: Drain) throws {
        standardOutput = output.pipe
        standardError = errors.pipe
        try run()
        output.start()
        if errors !== output { errors.start() }
    }
}
