import Foundation
import TestSupport
import Testing

@testable import SegNASHost

@Suite("JSON documents")
struct JSONDocumentTests {
    struct Plan: Codable, Equatable, Sendable {
        var schema = 2
        var path = "a/b"
        var name: Name? = Name(first: "A", numbers: [1, 2])

        struct Name: Codable, Equatable {
            var first: String
            var numbers: [Int]
        }
    }

    @Test("keys are sorted, slashes stay, and a line is one line")
    func text() throws {
        #expect(
            try JSONDocument.text(of: Plan(), .line)
                == #"{"name":{"first":"A","numbers":[1,2]},"path":"a/b","schema":2}"#)
        #expect(
            try JSONDocument.text(of: ["b": 1, "a": 2], .indented)
                == "{\n  \"a\" : 2,\n  \"b\" : 1\n}")
        #expect(throws: EncodingError.self) { try JSONDocument.text(of: [Double.nan], .line) }
    }

    @Test("what is written is read; a file is replaced or not, and none is left beside it")
    func file() throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/plan.json"
            try JSONDocument.write(Plan(), to: path)
            #expect(try JSONDocument.read(Plan.self, from: path, schema: 1...2) == Plan())
            #expect(throws: SystemFailure(code: EEXIST)) {
                try JSONDocument.write(Plan(path: "c"), to: path, replacing: false)
            }
            try JSONDocument.write(Plan(path: "c"), to: path, .line)
            #expect(try JSONDocument.read(Plan.self, from: path).path == "c")
            // A value that JSON lacks leaves the file as it was.
            #expect(throws: EncodingError.self) {
                try JSONDocument.write([Double.infinity], to: path)
            }
            #expect(try JSONDocument.read(Plan.self, from: path).path == "c")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["plan.json"])
        }
    }

    @Test(
        "a file that cannot be used is named with what is wrong",
        arguments: [
            ("", JSONFault.syntax), ("{", .syntax), ("[1]", .syntax), ("7", .syntax),
            (#"{"path": "a"}"#, .field(.missing("schema"))),
            (#"{"schema": 2}"#, .field(.missing("path"))),
            (#"{"schema": "2", "path": "a"}"#, .field(.value("schema"))),
            (#"{"schema": 2, "path": null}"#, .field(.value("path"))),
            (
                #"{"schema": 2, "path": "a", "name": {"numbers": []}}"#,
                .field(.missing("name.first"))
            ),
            (
                #"{"schema": 2, "path": "a", "name": {"first": "", "numbers": [1, ""]}}"#,
                .field(.value("name.numbers"))
            ),
            // Looked at before all else: a later program may have other keys.
            (#"{"schema": 3}"#, .schema(3, known: 2)),
            (#"{"schema": 1, "way": "a"}"#, .field(.missing("path"))),
            (String(repeating: " ", count: 101), .text(.tooLarge(limit: 100))),
        ])
    func faults(_ text: String, _ fault: JSONFault) throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/plan.json"
            try Data(text.utf8).write(to: URL(filePath: path))
            let error = JSONFileError(file: path, fault: fault)
            #expect(throws: error) {
                try JSONDocument.read(Plan.self, from: path, limit: 100, schema: 1...2)
            }
            #expect(throws: error) {
                try JSONDocument.readIfPresent(Plan.self, from: path, limit: 100, schema: 1...2)
            }
            #expect("\(error)".hasPrefix("\(path): "))
        }
    }

    @Test(
        "the words of faults",
        arguments: [
            (JSONFault.field(.missing("a.b")), "lacks \"a.b\""),
            (.field(.value("a")), "\"a\" has a value that no segnas3d wrote"),
            (.syntax, "is not the JSON that belongs there"),
            (
                .schema(3, known: 2),
                "is of version 3, and this segnas3d reads version 2: use the segnas3d that wrote it, or a later one"
            ),
            (.text(.system(SystemFailure(code: EACCES))), "cannot be read: Permission denied"),
        ])
    func words(_ fault: JSONFault, _ words: String) {
        #expect("\(fault)" == words)
    }

    @Test("a file that is not there is an error, or nothing, as is asked")
    func missing() throws {
        let path = "/no such folder/plan.json"
        let error = #expect(throws: JSONFileError.self) {
            try JSONDocument.read(Plan.self, from: path)
        }
        #expect(error?.fault.isMissingFile == true)
        #expect(try JSONDocument.readIfPresent(Plan.self, from: path) == nil)
        // A folder is there.
        #expect(throws: JSONFileError.self) {
            try JSONDocument.readIfPresent(Plan.self, from: "/usr")
        }
    }

    @Test("errors of the type itself are thrown for a text, and reported with a file's name")
    func ownErrors() throws {
        struct Refusal: Error, CustomStringConvertible {
            var description: String { "never" }
        }
        struct Stubborn: Decodable {
            init(from decoder: any Decoder) throws { throw Refusal() }
        }
        #expect(throws: Refusal.self) { try JSONDocument.parse("{}", as: Stubborn.self) }
        try withTemporaryFolder { folder in
            let path = folder.path + "/a.json"
            try Data("{}".utf8).write(to: URL(filePath: path))
            #expect(throws: JSONFileError(file: path, fault: .content("never"))) {
                try JSONDocument.read(Stubborn.self, from: path)
            }
        }
    }

    @Test("of lines those that are whole are read")
    func lines() throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/lines.jsonl"
            #expect(JSONDocument.lines(of: path, as: [Int].self).isEmpty)
            try Data("[1]\n[2,\n\n[3, 4]\n[5".utf8).write(to: URL(filePath: path))
            #expect(JSONDocument.lines(of: path, as: [Int].self) == [[1], [3, 4]])
        }
    }
}
