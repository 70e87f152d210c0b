import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("What stands in an image's place")
struct StandInTests {
    @Test(
        "Content that is not an image is reported as what it is",
        arguments: [
            (
                "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
                .lfsPointer
            ),
            ("/annex/objects/SHA256E-s1048576--0a1b2c.nii.gz\n", .annexPointer),
            ("../../.git/annex/objects/Xx/Yy/MD5E-s1--a.nii.gz/MD5E-s1--a.nii.gz", .annexPointer),
            ("<!DOCTYPE html>\n<html><head><title>Sign in</title>", .webPage),
            ("\n\n  <HTML lang=\"en\">", .webPage),
            ("<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"-//W3C//DTD\">\n<html>", .webPage),
            (
                #"{"message": "Not Found"}"#,
                .document(kind: "a JSON document", start: #"{"message": "Not Found"}"#)
            ),
            (
                "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code>",
                .document(kind: "an XML document", start: "<?xml version=\"1.0\"?>")
            ),
            ("404: Not Found", .document(kind: "a text file", start: "404: Not Found")),
            ("%PDF-1.7", .format("a PDF document")),
            (String(repeating: "\0", count: 2000), .zeros(1024)),
        ] as [(String, StandIn?)])
    func content(_ text: String, _ expected: StandIn?) throws {
        for bytes in [Array(text.utf8), try NIfTIBytes.gzip(Array(text.utf8))] {
            try withTemporaryFolder { folder in
                let path = folder.appending(path: "a.nii.gz").path
                try Data(bytes).write(to: URL(filePath: path))
                let error = #expect(throws: ImageError.self) { try ImageFile(contentsOf: path) }
                #expect(error?.fault == expected.map { .standIn($0) } ?? .unknownFormat)
            }
        }
    }

    @Test("Pictures and archives are named")
    func formats() {
        let tar = [UInt8](repeating: 65, count: 257) + Array("ustar".utf8) + [0, 0]
        let heads: [([UInt8], ImageFault)] = [
            ([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10], .standIn(.format("a PNG picture"))),
            ([0xFF, 0xD8, 0xFF, 0xE0, 0], .standIn(.format("a JPEG picture"))),
            (tar, .standIn(.format("a tar archive"))),
            ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .compressed(with: "7z")),
            ([7, 1, 2, 0, 0], .unknownFormat),
        ]
        for (head, fault) in heads { #expect(ImageFault.unrecognised(head) == fault) }
    }

    @Test("Links to files that are not there")
    func links() throws {
        try withTemporaryFolder { folder in
            for (target, isAnnexed) in [
                ("../.git/annex/objects/aa/bb/SHA256E-s9--c.nii", true), ("gone.nii", false),
            ] {
                let path = folder.appending(path: "a.nii").path
                try FileManager.default.createSymbolicLink(
                    atPath: path, withDestinationPath: target)
                let link = StandIn.brokenLink(to: target, isAnnexed: isAnnexed)
                #expect(throws: ImageError(file: path, fault: .standIn(link))) {
                    try ImageFile(contentsOf: path)
                }
                try FileManager.default.removeItem(atPath: path)
            }
        }
    }

    @Test("A folder with the name of an image")
    func folders() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "case.nii").path
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
            #expect(throws: ImageError(file: path, fault: .standIn(.folder(holding: nil)))) {
                try ImageFile(contentsOf: path)
            }
            try Data(NIfTIBytes().bytes).write(to: URL(filePath: path + "/case.nii"))
            let error = #expect(throws: ImageError.self) { try ImageFile(contentsOf: path) }
            #expect(error?.fault == .standIn(.folder(holding: "case.nii")))
            #expect(
                error.map { "\($0.fault)" }
                    == "is a folder with the name of an image: move case.nii, which it holds, into its place"
            )
        }
    }
}
