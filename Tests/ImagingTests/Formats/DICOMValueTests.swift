import Testing

@testable import SegNASImaging

@Suite("Values of DICOM slices")
struct DICOMValueTests: DICOMReading {
    /// One way to store pixels, and what their values are.
    struct Stored: CustomTestStringConvertible {
        var testDescription: String
        var bits: (allocated: Int, stored: Int, isSigned: Bool)
        var slope = 1.0
        var intercept = 0.0
        var words: [Int]
        var values: [Double]
        var type: SampleType
        var hasOtherBits = false
    }

    static let all = [
        Stored(
            testDescription: "12 bits of CT", bits: (16, 12, false), intercept: -1024,
            words: [0, 1, 100, 2998, 4094, 4095], values: [-1024, -1023, -924, 1974, 3070, 3071],
            type: .int16),
        Stored(
            testDescription: "16 bits unsigned", bits: (16, 16, false),
            words: [0, 1, 2, 32767, 32768, 65535], values: [0, 1, 2, 32767, 32768, 65535],
            type: .uint16),
        Stored(
            testDescription: "16 bits signed", bits: (16, 16, true),
            words: [0, 1, 32767, 32768, 65535, 65436], values: [0, 1, 32767, -32768, -1, -100],
            type: .int16),
        Stored(
            testDescription: "12 bits signed, extended or not", bits: (16, 12, true),
            words: [0, 0x7FF, 0x800, 0xF800, 0xFFF, 0xFFFF],
            values: [0, 2047, -2048, -2048, -1, -1],
            type: .int16),
        Stored(
            testDescription: "overlays in the upper bits", bits: (16, 12, false),
            words: [0x1000, 0xF001, 0x8FFF, 7, 8, 9], values: [0, 1, 4095, 7, 8, 9],
            type: .uint16, hasOtherBits: true),
        Stored(
            testDescription: "overlays above signed values", bits: (16, 12, true),
            words: [0x1000, 0x1FFF, 0x87FF, 7, 8, 9], values: [0, -1, 2047, 7, 8, 9],
            type: .int16, hasOtherBits: true),
        Stored(
            testDescription: "8 bits", bits: (8, 8, false), words: [0, 1, 127, 128, 254, 255],
            values: [0, 1, 127, 128, 254, 255], type: .uint8),
        Stored(
            testDescription: "8 bits signed", bits: (8, 8, true), intercept: 3,
            words: [0, 1, 127, 128, 254, 255], values: [3, 4, 130, -125, 1, 2], type: .int16),
        Stored(
            testDescription: "32 bits", bits: (32, 32, false),
            words: [0, 1, 2, 3, 4, 4_294_967_295],
            values: [0, 1, 2, 3, 4, 4_294_967_295], type: .uint32),
        Stored(
            testDescription: "32 bits signed, beyond 32 when scaled", bits: (32, 32, true),
            slope: 2,
            intercept: -1, words: [0, 1, 2, 3, 0x8000_0000, 0x7FFF_FFFF],
            values: [-1, 1, 3, 5, -4_294_967_297, 4_294_967_293], type: .int64),
        Stored(
            testDescription: "parts of one", bits: (16, 16, false), slope: 0.25, intercept: -0.5,
            words: [0, 1, 2, 3, 4, 65535], values: [-0.5, -0.25, 0, 0.25, 0.5, 16383.25],
            type: .float64),
        Stored(
            testDescription: "a falling scale", bits: (16, 16, false), slope: -1, intercept: 5,
            words: [0, 1, 2, 3, 5, 65535], values: [5, 4, 3, 2, 0, -65530], type: .int32),
    ]

    private func slice(_ stored: Stored) -> DICOMBytes {
        var slice = DICOMBytes()
        slice.bits = (
            stored.bits.allocated, stored.bits.stored, stored.bits.stored - 1, stored.bits.isSigned
        )
        (slice.slope, slice.intercept) = (stored.slope, stored.intercept)
        slice.pixelBytes = stored.words.flatMap { word in
            (0..<stored.bits.allocated / 8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
        return slice
    }

    @Test(
        "Values are slope · stored + intercept, whatever the display and the way of writing",
        arguments: all, ["MONOCHROME1", "MONOCHROME2"])
    func stored(_ stored: Stored, photometric: String) throws {
        for (isExplicit, kind) in [(true, "OW"), (true, "OB"), (false, "OW")] {
            var slice = slice(stored)
            slice.photometric = photometric
            slice.texts[DICOMTag(group: 0x2050, element: 0x0020)] = "INVERSE"
            slice.texts[DICOMTag(group: 0x0028, element: 0x0120)] = "\u{1}"  // Pixel Padding Value
            (slice.isExplicit, slice.pixelKind) = (isExplicit, kind)
            let image = try image([slice]).get()
            #expect(image.volume.samples.doubles == stored.values)
            #expect(image.volume.samples.type == stored.type)
            #expect(image.remarks.contains(.dicom(.inverse)) == (photometric == "MONOCHROME1"))
            #expect(image.remarks.contains(.dicom(.otherBits(1))) == stored.hasOtherBits)
        }
    }

    @Test("Slices of several types make one that holds all")
    func mixed() throws {
        let volume = try read([
            slice(Self.all[0]),
            {
                var other = slice(Self.all[6])
                other.position[2] += 2
                return other
            }(),
        ]).get()
        #expect(volume.samples.type == .int16)
        #expect(volume.samples.doubles == Self.all[0].values + Self.all[6].values)
    }

    @Test(
        "Compressed pixels have the values that they were compressed from",
        arguments: ["MONOCHROME1", "MONOCHROME2"])
    func compressed(photometric: String) throws {
        for stored in Self.all where stored.bits.allocated == 16 && !stored.hasOtherBits {
            var slice = slice(stored)
            slice.photometric = photometric
            slice.syntax = "1.2.840.10008.1.2.5"
            slice.fragments = [runs(stored.words)]
            let volume = try read([slice]).get()
            #expect(volume.samples.doubles == stored.values)
            #expect(volume.samples.type == stored.type)
        }
    }

    @Test("A compressed slice that is damaged is named, and what ends GDCM is an error")
    func damagedStream() throws {
        let words = [0, 1, 2, 3, 4, 5]
        var good = slices(3) { slice, _ in
            slice.syntax = "1.2.840.10008.1.2.5"
            slice.fragments = [runs(words)]
        }
        for count in [0, 3, 64, 70] {
            good[1].fragments = [Array(runs(words).prefix(count))]
            let result = try read(good)
            guard case .failure(let error) = result else {
                Issue.record("\(count) bytes are taken for 78")
                continue
            }
            #expect(error.file.hasSuffix("1.dcm"))
        }
        // Syntax and stream contradict each other.
        good[1].syntax = "1.2.840.10008.1.2.4.70"
        good[1].fragments = [runs(words)]
        #expect(fault(try read(good)) != nil)
    }
}
