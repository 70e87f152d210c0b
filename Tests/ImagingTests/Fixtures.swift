import Foundation
import TestSupport

@testable import SegNASImaging

/// Expected numbers, and beside them in `Fixtures` the Python scripts that made them.
enum Fixture {
    static func decode<Value: Decodable>(_ name: String) -> Value {
        do {
            return try fixture(name + ".json", in: .module)
        } catch {
            fatalError("\(name): \(error)")
        }
    }
}

extension Samples {
    /// One sample alone, of the same type.
    func part(_ index: Int) -> Samples {
        withBytes { bytes in
            let size = type.size
            guard let buffer = SampleBuffer(byteCount: size) else { fatalError("no memory") }
            buffer.bytes.copyBytes(from: bytes[index * size..<(index + 1) * size])
            return Samples(buffer, type: type)
        }
    }

    /// All bytes, as an array.
    var array: [UInt8] { withBytes { Array($0) } }
}

extension Samples {
    /// All values.
    var doubles: [Double] {
        (0..<count).map { index in
            let part = Volume(shape: [1], affine: .identity, samples: part(index))
            return VolumeStatistics(part).minimum ?? .nan
        }
    }
}
