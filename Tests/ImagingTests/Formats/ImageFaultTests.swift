import Testing

@testable import SegNASImaging

@Suite("Words of image faults")
struct ImageFaultTests {
    @Test(
        "Each says what is wrong and what to do",
        arguments: [
            (ImageFault.system("Permission denied"), "cannot be read: Permission denied"),
            (
                .truncated(expected: 400, actual: 399),
                "is cut short: it must have 400 bytes and has at most 399; copy or download it again"
            ),
            (
                .surplus(expected: 400),
                "is longer than the 400 bytes that its header announces, so one of the two is wrong: "
                    + "write it again from its source"
            ),
            (
                .gzipDamaged,
                "is damaged: its gzip stream is cut short or fails its checksum; copy or download it again"
            ),
            (
                .spacing(axis: 2, .nan),
                "has a spacing of NaN along its axis 2, which must be a positive number: "
                    + "correct its header"
            ),
            (
                .dataOffset(100),
                "says that its samples begin at byte 100, where they cannot: "
                    + "write it again with the tool that made it"
            ),
            (
                .sampleKind("complex64"),
                "holds complex64 samples, and segnas3d reads real numbers: convert it to one of "
                    + "uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64"
            ),
            (
                .partner(missing: "a.img"),
                "is one of two files, and the other, a.img, is missing: put it beside this one"
            ),
        ])
    func words(_ fault: ImageFault, _ words: String) {
        #expect("\(fault)" == words)
        #expect("\(ImageError(file: "a.hdr", fault: fault))" == "a.hdr: \(words)")
    }

    @Test("What a file holds cannot steer a terminal")
    func controls() {
        let kind = "\u{1B}[2Jshort\r\n\u{202E}é"
        let error = ImageError(file: "a\n.nrrd", fault: .sampleKind(kind))
        let start = #"a\n.nrrd: holds \x1B[2Jshort\r\n\u{202E}é samples, and "#
        #expect("\(error)".hasPrefix(start))
        let long = ImageFault.sampleKind(String(repeating: "x", count: 100_000))
        #expect("\(long)".count < 250)
    }
}
