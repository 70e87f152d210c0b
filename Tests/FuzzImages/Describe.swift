import ArgumentParser
import Foundation
import SegNASImaging

/// Reads whole files and prints what they hold, for `Headers/compare.py`, which compares it with what others read.
struct Describe: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Print a line of JSON for each small image file that a line of standard input names.")

    func run() throws {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        while let path = readLine() {
            print(String(decoding: try encoder.encode(Description(path)), as: UTF8.self))
        }
    }
}

/// What is read of a file, or why nothing is.
private struct Description: Encodable {
    var shape: [Int]?
    var affine: [[Double]]?
    /// With the header's scaling, the first axis fastest.
    var values: [Double]?
    var remarks: [String] = []
    var fault: String?

    init(_ path: String) {
        do throws(ImageError) {
            let image = try ImageFile(contentsOf: path)
            let volume = image.volume
            shape = volume.shape
            affine = volume.affine.rows
            values = [Double](unsafeUninitializedCapacity: volume.samples.count) { buffer, count in
                count = volume.samples.count
                if let start = buffer.baseAddress {
                    volume.samples.copyDoubles(0..<count, to: start)
                }
            }.map { $0 * volume.scaling.slope + volume.scaling.intercept }
            remarks = image.remarks.map(\.message)
        } catch {
            fault = error.fault.description
        }
    }
}
