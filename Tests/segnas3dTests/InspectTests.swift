import Foundation
import SegNASTorch
import Testing

@testable import segnas3d

@Suite("Inspect")
struct InspectTests {
    private func withArchitecture<Result>(
        _ json: String, _ body: (String) throws -> Result
    ) throws -> Result {
        let file = URL.temporaryDirectory.appending(path: "segnas3d-\(UUID().uuidString).json")
        try json.write(to: file, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        return try body(file.path)
    }

    static let optimum = #"{"n": 21, "p": 3, "sup": 1, "res": 0, "nodes": 3, "ops": [2, 0, 2]}"#

    @Test("a network as text")
    func networkText() throws {
        let json = #"{"n": 8, "p": 1, "sup": 1, "res": true, "nodes": 2, "ops": [2]}"#
        let program = try withArchitecture(json) {
            try Program.run(
                "inspect", $0, "--size", "16x16x15", "--classes", "3", "--precision", "float32")
        }
        #expect(program.status == 0)
        let lines = program.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines.dropLast(2).joined(separator: "\n") == """
                n 8 p 1 sup 1 res 1 {2}
                channels in: 1, classes out: 3, voxels: 16×16×15

                layer               operation  output      parameters  multiply-adds
                encoder.0.edge12    Conv(3,1)  8×16×16×16         232        884,736
                encoder.0.residual  Conv(1,1)  8×16×16×16          24         32,768
                encoder.1.edge12    Conv(3,1)  16×8×8×8         3,488      1,769,472
                encoder.1.residual  Conv(1,1)  16×8×8×8           160         65,536
                decoder.0.edge12    Conv(3,1)  8×16×16×16       5,200     21,233,664
                decoder.0.residual  Conv(1,1)  8×16×16×16         208        786,432
                head.1              Conv(1,1)  3×8×8×8             48         24,576
                head.0              Conv(1,1)  3×16×16×16          27         98,304

                0.01 M parameters, 24.90 M multiply-adds for an image
                """)
        #expect(
            lines.dropLast().last?.hasPrefix("memory of tensors on the CPU in float32: ") == true)
    }

    struct Document: Decodable {
        struct Memory: Decodable {
            var training: Int
            var inference: Int
        }
        var schema: Int
        var parameters: Int
        var memory: Memory?
        var refusal: String?
    }

    private func document(_ program: Program) throws -> Document {
        #expect(program.status == 0)
        return try JSONDecoder().decode(Document.self, from: Data(program.output.utf8))
    }

    @Test("a network as JSON; more images and more precision need more memory")
    func networkJSON() throws {
        try withArchitecture(Self.optimum) { path in
            let options = ["inspect", path, "--size", "32", "--classes", "20", "--json"]
            let half = try document(Program.run(options + ["--precision", "bfloat16"]))
            let single = try document(Program.run(options + ["--precision", "float32"]))
            let three = try document(
                Program.run(options + ["--precision", "float32", "--batch", "3"]))
            #expect(single.schema == 1)
            #expect((2_515_000..<2_525_000).contains(single.parameters))
            let memories = try [half, single, three].map { try #require($0.memory).training }
            #expect(memories == memories.sorted() && Set(memories).count == 3)
            #expect(try #require(single.memory).inference < memories[1])
        }
    }

    @Test("a size too small to train is said, and the rest is shown")
    func tooSmall() throws {
        let program = try withArchitecture(Self.optimum) {
            try Program.run("inspect", $0, "--size", "8", "--json")
        }
        let found = try document(program)
        #expect(found.memory == nil)
        #expect(found.refusal?.hasPrefix("after 3 poolings 1x1x1 voxels remain") == true)
    }

    @Test("sizes are x, y and z, of which the last is the outermost axis of a tensor")
    func axes() throws {
        let size = try #require(Extent(argument: "48x64x32"))
        #expect(size == Extent(32, 64, 48) && size.description == "48x64x32")
        let program = try Program.run("inspect", "unet3d", "--size", "48x64x32")
        #expect(program.output.contains("voxels: 48×64×32\n"))
        #expect(program.output.contains(" 32×48×64×32 "))
    }

    @Test("a search space")
    func space() throws {
        let program = try Program.run("inspect", "segnas11")
        #expect(program.status == 0)
        #expect(program.output.hasPrefix("segnas11: 11 searched dimensions\n"))
        for line in [
            "n          [8, 33)", "141,178,800 points",
            "blocks of 4 nodes: 83,160 of 117,649 legal",
        ] {
            #expect(program.output.contains(line + "\n"))
        }
        #expect(try Program.run("inspect", "segnas4", "--json").output.contains(#""searched" : 4"#))
    }

    @Test("a space with settings of training: names, conditions and what is fixed")
    func settings() throws {
        let plus = try Program.run("inspect", "segnas+")
        #expect(plus.output.hasPrefix("segnas+: 14 searched dimensions\n"))
        #expect(plus.output.contains("\nlearning_rate  [0.0004, 0.01) log\n"), "\(plus.output)")
        let file = URL.temporaryDirectory.appending(path: "segnas3d-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(
            """
            base: segnas4
            optimizer: [adamw, sgd]
            loss: dice-cross-entropy
            momentum: {from: 0.8, to: 0.99, when: {optimizer: sgd}}
            """.utf8
        ).write(to: file)
        let program = try Program.run("inspect", file.path)
        #expect(
            program.output.contains(
                """

                dropout    0.2  fixed
                momentum   [0.8, 0.99) linear  when optimizer is sgd
                loss       dice-cross-entropy  fixed
                optimizer  adamw, sgd

                800 points, times the real dimensions

                """), "\(program.output)")
        let json = try Program.run("inspect", file.path, "--json")
        #expect(json.output.contains("\"condition\" : \"when optimizer is sgd\""))
    }

    @Test(
        "mistakes are told in one sentence with their exit code",
        arguments: [
            (["nonsense"], 2, "'nonsense' is neither a network"),
            (["unet3d", "--size", "0"], 2, "The value '0' is invalid for '--size <size>'"),
            (["unet3d", "--size", "4x4"], 2, "The value '4x4' is invalid for '--size <size>'"),
            (["unet3d", "--classes", "1"], 2, "--classes must be from 2 to 255, and 1 is given"),
            (["/nowhere/a.json"], 1, "/nowhere/a.json"),
            (["/nowhere/a.yaml"], 1, "/nowhere/a.yaml"),
            (["segnas11", "--svg", "a.svg"], 2, "only networks can be drawn"),
        ])
    func mistakes(_ arguments: [String], _ status: Int32, _ sentence: String) throws {
        let program = try Program.run(["inspect"] + arguments)
        #expect(program.status == status)
        #expect(program.output.isEmpty)
        #expect(program.errors.contains(sentence))
    }

    @Test("the drawing is written once, and never over what is there")
    func drawing() throws {
        let folder = URL.temporaryDirectory.appending(path: "segnas3d-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "unet.svg")
        #expect(try Program.run("inspect", "unet3d", "--svg", file.path).status == 0)
        let drawn = try String(contentsOf: file, encoding: .utf8)
        #expect(drawn.hasPrefix("<svg") && drawn.contains("2 × Conv(3) BN ReLU"))
        let again = try Program.run("inspect", "unet3d", "--svg", file.path)
        #expect(again.status == 1)
        #expect(again.errors == "Error: \(file.path) exists: remove it, or name another file\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["unet.svg"])
        let nowhere = folder.appending(path: "missing/a.svg").path
        #expect(try Program.run("inspect", "vnet", "--svg", nowhere).status == 1)
    }

    @Test("the largest networks and sizes that can be written are told, and drawn")
    func extremes() throws {
        let deepest = #"{"n": 1024, "p": 10, "sup": 1, "res": 1, "nodes": 2, "ops": [5]}"#
        let file = URL.temporaryDirectory.appending(path: "segnas3d-\(UUID().uuidString).svg")
        defer { try? FileManager.default.removeItem(at: file) }
        let program = try withArchitecture(deepest) { path in
            try Program.run(
                "inspect", path, "--size", "1024", "--batch", "1024", "--classes", "255",
                "--channels", "1024", "--json", "--svg", file.path)
        }
        #expect(try #require(try document(program).memory).training > 1 << 50)
        #expect(FileManager.default.fileExists(atPath: file.path))
    }

    @Test("an illegal block is refused with the reason")
    func illegal() throws {
        let json = #"{"n": 8, "p": 2, "sup": 0, "res": 0, "nodes": 3, "ops": [2, 2, 0]}"#
        let program = try withArchitecture(json) { try Program.run("inspect", $0) }
        #expect(program.status == 1)
        #expect(program.errors.contains("this block cannot be built: node 2 is a sink"))
    }
}
