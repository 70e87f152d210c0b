import Foundation
import Glibc
import TestSupport
import Testing

@testable import SegNASHost

@Suite("Text files and names")
struct TextFileTests {
    @Test(
        "a line is added to whole lines, and to one that was cut short",
        arguments: [(nil, "b\n"), ("", "b\n"), ("a\n", "a\nb\n"), ("a", "a\nb\n")])
    func appending(_ before: String?, _ after: String) throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/lines"
            if let before { try Data(before.utf8).write(to: URL(filePath: path)) }
            try appendLine("b", to: path)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == after)
        }
    }

    @Test(
        "what is read: small files of UTF-8, without the mark that some editors put first",
        arguments: [
            (Array("a\né".utf8), "a\né", nil), ([], "", nil),
            ([0xEF, 0xBB, 0xBF] + Array("a".utf8), "a", nil),
            (Array("0123456789".utf8), "0123456789", nil),
            (Array("0123456789a".utf8), nil, .tooLarge(limit: 10)),
            (Array("caf".utf8) + [0xE9], nil, .notUTF8),
        ] as [([UInt8], String?, TextFileFault?)])
    func reading(_ bytes: [UInt8], _ text: String?, _ fault: TextFileFault?) throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/a"
            try Data(bytes).write(to: URL(filePath: path))
            if let fault {
                #expect(throws: fault) { try readText(at: path, limit: 10) }
            } else {
                #expect(try readText(at: path, limit: 10) == text)
            }
        }
    }

    @Test("files that cannot be read, in words")
    func faults() {
        #expect(throws: TextFileFault.system(SystemFailure(code: ENOENT))) {
            try readText(at: "/none/a")
        }
        #expect(throws: TextFileFault.system(SystemFailure(code: EISDIR))) { try readText(at: "/") }
        #expect(
            "\(TextFileFault.system(SystemFailure(code: EACCES)))"
                == "cannot be read: Permission denied")
        #expect(
            "\(TextFileFault.tooLarge(limit: 65_536))"
                == "is larger than 64 KiB: is it the right file?")
        #expect("\(TextFileFault.notUTF8)".hasPrefix("is not UTF-8 text"))
    }

    @Test("a text takes the place of another as a whole")
    func replacing() throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/a"
            for text in ["a longer text", "b"] {
                try replaceText(at: path, by: text)
                #expect(try readText(at: path) == text)
            }
            #expect(throws: SystemFailure(code: ENOENT)) {
                try replaceText(at: folder.path + "/none/a", by: "")
            }
        }
    }

    @Test("a line that finds no room is an error")
    func full() {
        #expect(throws: SystemFailure(code: ENOSPC)) { try appendLine("b", to: "/dev/full") }
    }

    @Test(
        "what would steer a terminal shows as it is written in code",
        arguments: [
            ("a b/é.nii", "a b/é.nii"), ("a\nb", "a\\nb"), ("\r\t", "\\r\\t"),
            ("\u{1B}[2J", "\\x1B[2J"), ("\u{1}", "\\x01"), ("\u{202E}x", "\\u{202E}x"),
        ])
    func printable(_ text: String, _ shown: String) {
        #expect(text.printable == shown)
    }

    @Test(
        "bytes that are no UTF-8 show as bytes",
        arguments: [
            (Array("caf".utf8) + [0xE9, 0x2E], "caf\\xE9."), ([0xFF, 0xFE], "\\xFF\\xFE"),
            (Array("é→🧠".utf8), "é→🧠"), (Array("é".utf8) + [0xC3], "é\\xC3"), ([], ""),
        ] as [([UInt8], String)])
    func escaped(_ bytes: [UInt8], _ text: String) {
        #expect(NonUTF8Name.escapedText(of: bytes) == text)
    }

    @Test("names in a folder that are no UTF-8")
    func names() throws {
        try withTemporaryFolder { folder in
            close(open(folder.path + "/good é", O_CREAT | O_WRONLY, 0o644))
            let path = Array((folder.path + "/b").utf8) + [0xE9, 0]
            path.withUnsafeBufferPointer { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    if let name = $0.baseAddress { mkdir(name, 0o755) }
                }
            }
            let names = NonUTF8Name.all(in: folder.path)
            #expect(names.map(\.escaped) == ["b\\xE9"])
            #expect(names.map(\.repaired) == ["b\u{FFFD}"] && names.allSatisfy(\.isFolder))
        }
    }
}
