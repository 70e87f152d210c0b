import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("Broken headers")
struct HeaderFaultTests {
    /// A way to spoil a header, and the expected fault.
    struct Spoilt: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var version: Int
        var spoil: @Sendable (inout NIfTIBytes) -> Void
        var fault: ImageFault?

        init(
            _ name: String, version: Int = 1, _ fault: ImageFault?,
            _ spoil: @escaping @Sendable (inout NIfTIBytes) -> Void
        ) {
            testDescription = name
            self.version = version
            self.spoil = spoil
            self.fault = fault
        }
    }

    @Test(arguments: dimensions + places + fields + kinds)
    func header(_ spoilt: Spoilt) throws {
        var file = NIfTIBytes(version: spoilt.version)
        spoilt.spoil(&file)
        try withTemporaryFolder { folder in
            for (name, bytes) in [
                ("a.nii", file.bytes), ("a.nii.gz", try NIfTIBytes.gzip(file.bytes)),
            ] {
                let path = folder.appending(path: name).path
                try Data(bytes).write(to: URL(filePath: path))
                guard let fault = spoilt.fault else {
                    #expect(try Volume(contentsOf: path).shape.count > 0)
                    continue
                }
                let error = #expect(throws: ImageError.self) { try Volume(contentsOf: path) }
                // How much a compressed file can hold at the most is known only roughly.
                if case .truncated = fault, case .truncated = error?.fault { continue }
                // NaN equals nothing, so words are compared.
                #expect("\(error?.fault, default: "none")" == "\(fault)")
                #expect(error?.file == path)
            }
        }
    }

    static let dimensions: [Spoilt] = [
        Spoilt("nothing", nil) { _ in },
        Spoilt("nothing in NIfTI-2", version: 2, nil) { _ in },
        Spoilt("no axes", .dimensions([0, 2, 3, 4, 1, 1, 1, 1])) { $0.put(0 as Int16, at: 40) },
        Spoilt("8 axes", .dimensions([8, 2, 3, 4, 1, 1, 1, 1])) { $0.put(8 as Int16, at: 40) },
        Spoilt("an axis of 0", .dimensions([2, 0, 4])) { $0.put(0 as Int16, at: 44) },
        Spoilt("an axis of -1", .dimensions([-1, 3, 4])) { $0.put(-1 as Int16, at: 42) },
        Spoilt("an axis too long", .truncated(expected: 0, actual: 0)) {
            $0.put(5 as Int16, at: 46)
        },
        Spoilt("an axis too short", .surplus(expected: 388)) { $0.put(3 as Int16, at: 46) },
        Spoilt("absurd axes", .dimensions([32767, 32767, 32767, 32767])) {
            $0.put(4 as Int16, at: 40)
            for axis in 1...4 { $0.put(Int16.max, at: 40 + 2 * axis) }
        },
        Spoilt("axes that overflow", version: 2, .dimensions([.max, .max, 4])) {
            $0.put(Int64.max, at: 24)
            $0.put(Int64.max, at: 32)
        },
    ]

    static let places: [Spoilt] = [
        Spoilt("spacing 0", .spacing(axis: 2, 0)) { $0.put(0 as Float, at: 84) },
        Spoilt("spacing -1 where the sform counts", nil) { $0.put(-1 as Float, at: 80) },
        Spoilt("spacing -1 where the qform counts", .spacing(axis: 1, -1)) {
            $0.put(-1 as Float, at: 80)
            $0.put(0 as Int16, at: 254)
            $0.put(1 as Int16, at: 252)
        },
        Spoilt("spacing 0 of an axis of one voxel", nil) {
            for (axis, length) in [24, 1].enumerated() { $0.put(Int16(length), at: 42 + 2 * axis) }
            $0.put(1 as Int16, at: 46)
            $0.put(0 as Float, at: 84)
            $0.put(0 as Float, at: 88)
        },
        Spoilt("spacing NaN", .spacing(axis: 3, .nan)) { $0.put(Float.nan, at: 88) },
        Spoilt("spacing infinite", version: 2, .spacing(axis: 3, .infinity)) {
            $0.put(Double.infinity, at: 128)
        },
        Spoilt("spacing of an axis that is not there", nil) {
            $0.put(2 as Int16, at: 40)
            $0.put(12 as Int16, at: 44)
            $0.put(0 as Float, at: 88)
        },
        Spoilt("spacing of time", nil) { $0.put(0 as Float, at: 92) },
        Spoilt("sform singular", .affine(name: "sform")) { file in
            for row in 0..<3 { file.put(0 as Float, at: 280 + 16 * row) }
        },
        Spoilt("sform NaN", .affine(name: "sform")) { $0.put(Float.nan, at: 292) },
        Spoilt("quaternion too long", .quaternion) {
            $0.put(0 as Int16, at: 254)
            $0.put(1 as Int16, at: 252)
            $0.put(1.1 as Float, at: 256)
        },
        Spoilt("quaternion NaN", .quaternion) {
            $0.put(0 as Int16, at: 254)
            $0.put(1 as Int16, at: 252)
            $0.put(Float.nan, at: 260)
        },
        Spoilt("handedness 0.5", .spacing(axis: 0, 0.5)) {
            $0.put(0 as Int16, at: 254)
            $0.put(1 as Int16, at: 252)
            $0.put(0.5 as Float, at: 76)
        },
        Spoilt("sform_code -1", .transformCode(name: "sform_code", -1)) {
            $0.put(-1 as Int16, at: 254)
        },
        Spoilt("qform_code 99", version: 2, .transformCode(name: "qform_code", 99)) {
            $0.put(99 as Int32, at: 344)
        },
        Spoilt("no forms at all", nil) {
            $0.put(0 as Int16, at: 252)
            $0.put(0 as Int16, at: 254)
        },
    ]

    static let fields: [Spoilt] = [
        Spoilt("slope NaN", nil) { $0.put(Float.nan, at: 112) },
        Spoilt("slope NaN and intercept 5", .scaling(slope: .nan, intercept: 5)) {
            $0.put(Float.nan, at: 112)
            $0.put(5 as Float, at: 116)
        },
        Spoilt("slope infinite", .scaling(slope: .infinity, intercept: 0)) {
            $0.put(Float.infinity, at: 112)
        },
        Spoilt("intercept NaN", .scaling(slope: 1, intercept: .nan)) {
            $0.put(Float.nan, at: 116)
        },
        Spoilt("intercept infinite", .scaling(slope: 1, intercept: .infinity)) {
            $0.put(Float.infinity, at: 116)
        },
        Spoilt("slope 0 with any intercept", nil) {
            $0.put(0 as Float, at: 112)
            $0.put(Float.nan, at: 116)
        },
        Spoilt("samples in the header", .dataOffset(100)) { $0.put(100 as Float, at: 108) },
        Spoilt("samples at 0", .dataOffset(0)) { $0.put(0 as Float, at: 108) },
        Spoilt("samples at a part of a byte", .dataOffset(352.5)) {
            $0.put(352.5 as Float, at: 108)
        },
        Spoilt("samples at NaN", .dataOffset(.nan)) { $0.put(Float.nan, at: 108) },
        Spoilt("samples at 1e30", .dataOffset(Double(1e30 as Float))) {
            $0.put(1e30 as Float, at: 108)
        },
        Spoilt("samples at -1", version: 2, .dataOffset(-1)) { $0.put(-1 as Int64, at: 168) },
        Spoilt("samples behind the end", .truncated(expected: 0, actual: 0)) {
            $0.put(1e6 as Float, at: 108)
        },
        Spoilt("8 bits of int16", .bitsPerSample(.int16, bits: 8)) { $0.put(8 as Int16, at: 72) },
        Spoilt("no magic in a file without a partner", .pairName) { $0.bytes[344] = 0 },
        Spoilt("the magic of a pair", .pairName) { $0.put(UInt8(ascii: "i"), at: 345) },
        Spoilt("NIfTI-2 sent as text", version: 2, .unknownFormat) { $0.bytes[8] = 10 },
        Spoilt("another size of the header", .unknownFormat) { $0.bytes[0] = 0 },
    ]

    static let kinds: [Spoilt] =
        [
            (0, .unknownSampleType(code: 0)), (1, .sampleKind("1-bit")),
            (32, .sampleKind("complex64")), (128, .sampleKind("RGB colour")),
            (1536, .sampleKind("float128")), (1792, .sampleKind("complex128")),
            (2048, .sampleKind("complex256")), (2304, .sampleKind("RGBA colour")),
            (-9510, .unknownSampleType(code: -9510)),
        ].map { (code: Int16, fault: ImageFault) in
            Spoilt("type \(code)", fault) { $0.put(code, at: 70) }
        } + [
            Spoilt("CIFTI by its intent", version: 2, .cifti) { $0.put(3006 as Int32, at: 504) },
            Spoilt("CIFTI by its extension", version: 2, .cifti) { file in
                file.bytes[540] = 1
                file.put(Int32(16), at: 544)
                file.put(Int32(32), at: 548)
            },
        ]
}
