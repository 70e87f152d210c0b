import ArgumentParser
import Foundation
import Imaging

/// Reads whole files and prints what they hold, for `headers.py`, which compares it with what others read.
struct Describe: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a line of JSON for each image file whose path is a line of standard input.")

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
    var minimum: Double?
    var maximum: Double?
    var sum: Double?
    var remarks: [String] = []
    var fault: String?

    init(_ path: String) {
        do throws(ImageError) {
            let image = try ImageFile(contentsOf: path)
            let statistics = VolumeStatistics(image.volume)
            shape = image.volume.shape
            affine = image.volume.affine.rows
            (minimum, maximum, sum) = (statistics.minimum, statistics.maximum, statistics.sum)
            remarks = image.remarks.map(\.description)
        } catch {
            fault = error.fault.description
        }
    }
}
