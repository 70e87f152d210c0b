import FoundationEssentials
internal import Glibc
internal import SegNASHost

/// How workloads measure and print: the least seconds of several repetitions, the keys of which are those of the scripts
/// that measure other tools.
struct Measurement: Encodable {
    let schema = 1
    var workload: String
    let peer = "segnas3d"
    /// Voxels along an axis, where the workload has such a size.
    var size: Int?
    /// Channels of a network's first block, its parameters, and the type of its activations.
    var n: Int?
    var parameters: Int?
    var precision: String?
    var file: String?
    var metric: String?
    var shape: [Int]?
    var seconds: Double
    /// The process's resident memory at its largest.
    var peakBytes: UInt64?
    /// Null where one is not defined.
    var values: [Double?]?

    /// Prints a line: JSON, or text.
    func show(json: Bool) throws {
        if json {
            print(try JSONDocument.text(of: self, .line))
        } else {
            let what = [file, metric, size.map { "\($0)³" }, precision]
                .compactMap { $0 }
            let peak = peakBytes.map { ", process at most \(ByteCount($0))" } ?? ""
            print("\(workload) \(what.joined(separator: " ")): \(seconds * 1000) ms\(peak)")
        }
        fflush(nil)
    }
}
