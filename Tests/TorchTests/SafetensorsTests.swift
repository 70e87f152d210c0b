import Foundation
import Glibc
import TestSupport
import Testing

@testable import SegNASTorch

@TensorActor
@Suite("Safetensors")
struct SafetensorsTests {
    /// The tensors and the text of `Fixtures/safetensors.py`.
    static func content() throws -> SafetensorsFile {
        try SafetensorsFile(
            tensors: [
                "weight": Tensor([0.5, -1, 2, 3, 0, -0.25] as [Float], shape: [2, 3]),
                "double": Tensor([0.1, 1e300], shape: [2]),
                "half": Tensor([1, -0.15625] as [Float], shape: [2]).cast(to: .bfloat16),
                "count": Tensor(-7 as Int64),
                "labels": Tensor([0, 255, 3] as [UInt8], shape: [1, 1, 3]),
                "mask": Tensor([true, false], shape: [2]),
                "empty": Tensor([] as [Float], shape: [0, 4]),
            ], metadata: ["format": "pt", "note": #"quoted "text", ünïcödé"#])
    }

    func expectEqual(_ a: SafetensorsFile, _ b: SafetensorsFile) throws {
        #expect(Set(a.tensors.names) == Set(b.tensors.names))
        #expect(a.metadata == b.metadata)
        for (name, tensor) in a.tensors {
            let other = try #require(b.tensors[name])
            #expect(tensor.dtype == other.dtype && tensor.shape == other.shape, "\(name)")
            #expect(try tensor.values == other.values, "\(name)")
        }
    }

    @Test("a file that Python wrote is read")
    func readsPython() throws {
        let text: [String: String] = try fixture("safetensors.json", in: .module)
        let bytes = try #require(text["python"].flatMap { Data(base64Encoded: $0) })
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "python.safetensors")
            try bytes.write(to: path)
            try expectEqual(SafetensorsFile(reading: path.path), Self.content())
        }
    }

    @Test("the bytes written are those that Python was seen to read")
    func readByPython() throws {
        let text: [String: String] = try fixture("safetensors.json", in: .module)
        let expected = try #require(text["segnas3d"].flatMap { Data(base64Encoded: $0) })
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "a.safetensors")
            try Self.content().write(to: path.path)
            #expect(try Data(contentsOf: path) == expected)
        }
    }

    @Test("what is written is read again, and replaces what was there; nothing else is left")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "a.safetensors").path
            try SafetensorsFile(tensors: ["old": .ones([3])]).write(to: path)
            let old = try SafetensorsFile(reading: path)
            try Self.content().write(to: path)
            try expectEqual(SafetensorsFile(reading: path), Self.content())
            #expect(try old.tensors["old"]?.values == [1, 1, 1])
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path) == [
                    "a.safetensors"
                ])
        }
    }

    @Test("tensors on the mapped file can be written to; the file stays as it is")
    func copyOnWrite() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "a.safetensors").path
            try SafetensorsFile(tensors: ["w": .ones([3])]).write(to: path)
            let before = try Data(contentsOf: URL(filePath: path))
            let tensor = try #require(try SafetensorsFile(reading: path).tensors["w"])
            try tensor.assign(Tensor(5 as Float))
            #expect(try tensor.values == [5, 5, 5])
            #expect(try Data(contentsOf: URL(filePath: path)) == before)
        }
    }

    @Test("channels-last tensors are written row-major")
    func layouts() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "a.safetensors").path
            let x = try sines([1, 2, 3, 2, 2], phase: 0)
            try SafetensorsFile(tensors: ["x": x.laidOut(in: .channelsLast)]).write(to: path)
            #expect(try SafetensorsFile(reading: path).tensors["x"]?.values == x.values)
        }
    }

    @Test("a file cut anywhere is refused")
    func truncated() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "a.safetensors")
            try Self.content().write(to: path.path)
            let whole = try Data(contentsOf: path)
            for length in 0..<whole.count {
                try whole.prefix(length).write(to: path)
                #expect(throws: SafetensorsError.self) { try SafetensorsFile(reading: path.path) }
            }
        }
    }

    @Test(
        "a file with any byte of its header changed is refused or read, never more",
        arguments: [0, 0x20, 0x39, 0xFF])
    func mutated(_ byte: UInt8) throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "a.safetensors")
            try Self.content().write(to: path.path)
            let whole = try Data(contentsOf: path)
            let headerSize = 8 + whole.withUnsafeBytes { Int($0.load(as: UInt64.self)) }
            for index in 0..<headerSize {
                var changed = whole
                changed[index] = byte
                try changed.write(to: path)
                do {
                    let file = try SafetensorsFile(reading: path.path)
                    for tensor in file.tensors.tensors { _ = try tensor.values }
                } catch is SafetensorsError {}
            }
        }
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        var header: String
        var data = 8
        var fault: SafetensorsFault
        var testDescription: String { header }
    }

    @Test(
        "faults are distinguished",
        arguments: [
            Broken(header: "[1]", fault: .headerSyntax),
            Broken(header: #"{"a": 3}"#, fault: .headerSyntax),
            Broken(header: #"{"a": {"text": "of no tensor"}}"#, fault: .headerSyntax),
            Broken(header: "{}", fault: .gap(before: nil)),
            Broken(
                header: #"{"a": {"dtype": "F16", "shape": [4], "data_offsets": [0, 8]}}"#,
                fault: .dtype("F16", tensor: "a")),
            Broken(
                header: #"{"a": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}}"#,
                fault: .shape([-2], tensor: "a")),
            Broken(
                header:
                    #"{"a": {"dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 8]}}"#,
                fault: .shape([4_294_967_296, 4_294_967_296], tensor: "a")),
            Broken(
                header: #"{"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}"#,
                fault: .offsets(tensor: "a")),
            Broken(
                header: #"{"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}"#,
                fault: .offsets(tensor: "a")),
            Broken(
                header: #"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}"#,
                fault: .offsets(tensor: "a")),
            Broken(
                header: #"{"a": {"dtype": "U8", "shape": [4], "data_offsets": [4, 8]}}"#,
                fault: .gap(before: "a")),
            Broken(
                header: #"{"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}"#,
                fault: .gap(before: nil)),
        ])
    func faults(_ broken: Broken) throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "a.safetensors")
            var bytes = withUnsafeBytes(of: UInt64(broken.header.utf8.count)) { Data($0) }
            bytes += Data(broken.header.utf8) + Data(count: broken.data)
            try bytes.write(to: path)
            #expect(throws: SafetensorsError.malformed(path: path.path, fault: broken.fault)) {
                try SafetensorsFile(reading: path.path)
            }
        }
    }

    @Test("the system's refusals name the file")
    func systemFailures() throws {
        try withTemporaryFolder { folder in
            let missing = folder.appending(path: "missing/a.safetensors").path
            #expect(
                throws: SafetensorsError.system(
                    path: missing, action: "read", reason: "No such file or directory")
            ) { try SafetensorsFile(reading: missing) }
            #expect(
                throws: SafetensorsError.system(
                    path: missing, action: "write", reason: "No such file or directory")
            ) { try SafetensorsFile(tensors: [:]).write(to: missing) }
            #expect(
                throws: SafetensorsError.system(
                    path: folder.path, action: "read", reason: "Is a directory")
            ) { try SafetensorsFile(reading: folder.path) }
        }
    }

    @Test("a full disk is an error, and the file that was there stays")
    func fullDisk() throws {
        // Every write to this device fails as on a full disk; the rename is never reached.
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "a.safetensors").path
            try SafetensorsFile(tensors: ["w": .ones([3])]).write(to: path)
            let partial = folder.appending(path: ".a.safetensors.\(getpid()).partial").path
            try FileManager.default.createSymbolicLink(
                atPath: partial, withDestinationPath: "/dev/full")
            #expect(
                throws: SafetensorsError.system(
                    path: path, action: "write", reason: "No space left on device")
            ) { try Self.content().write(to: path) }
            #expect(try SafetensorsFile(reading: path).tensors["w"]?.values == [1, 1, 1])
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path) == [
                    "a.safetensors"
                ])
        }
    }

    @Test("addresses that are not there say nothing of the file")
    func addresses() async throws {
        await #expect(processExitsWith: .success) {
            try await TensorActor.run {
                try withTemporaryFolder { folder in
                    let path = folder.appending(path: "a.safetensors").path
                    // More than what is left of the addresses below.
                    let count = 128 << 20
                    try SafetensorsFile(tensors: ["w": .ones([count / 4])]).write(to: path)
                    try TensorMemory.trim()
                    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
                        .prefix { $0 != " " }
                    var limit = rlimit(
                        rlim_cur: rlim_t((Int(pages) ?? 0) * 4096 + count / 2),
                        rlim_max: .max)
                    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
                    do {
                        _ = try SafetensorsFile(reading: path)
                        exit(7)
                    } catch SafetensorsError.tensors(_, .outOfMemory) {
                        exit(0)
                    }
                }
            }
        }
    }
}
