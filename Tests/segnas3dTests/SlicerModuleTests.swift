import Foundation
import FoundationXML
import TestSupport
import Testing

@Suite("The program as a command-line module of 3D Slicer")
struct SlicerModuleTests {
    @Test("a call with the parameters of --xml writes the label map of predict")
    func call() async throws {
        let described = try Program.run("--xml")
        #expect(described.status == 0 && described.errors == "")
        let parameters = try ModuleParameters(described.output)
        #expect(
            parameters.flags == [
                "model": "--model", "mirror": "--mirror", "device": "--device",
            ])
        #expect(parameters.places == ["inputVolume", "outputVolume"])
        try await withScene { scene in
            try scene.write("a.nii")
            #expect(try scene.predict(scene.images, "--mirror", "x").status == 0)
            let map = scene.folder.appending(path: "JKL_map.nii.gz")
            // An output of an earlier call is there.
            try Data("old".utf8).write(to: map)
            let call = parameters.call([
                "model": scene.model, "mirror": "x", "device": "cpu",
                "inputVolume": scene.images + "/a.nii", "outputVolume": map.path,
            ])
            let program = try Program.run(call)
            #expect(program.status == 0 && program.errors == "", "\(program.errors)")
            #expect(program.output == "\(map.path): predicted\n")
            let expected = try Data(contentsOf: URL(filePath: scene.output + "/a.nii.gz"))
            #expect(try Data(contentsOf: map) == expected)
            let left = try FileManager.default.contentsOfDirectory(atPath: scene.folder.path)
            #expect(left.allSatisfy { !$0.hasPrefix(".") }, "\(left)")
        }
    }

    @Test("a call that cannot succeed says why, and leaves the label map alone")
    func refusals() async throws {
        try await withScene { scene in
            let map = scene.folder.appending(path: "map.nii.gz")
            try Data("old".utf8).write(to: map)
            func expect(_ arguments: [String], _ status: Int32, _ words: String) throws {
                let program = try Program.run(arguments)
                #expect(program.status == status, "\(arguments)")
                #expect(program.errors.contains(words), "\(program.errors)")
                #expect(try Data(contentsOf: map) == Data("old".utf8))
            }
            let image = scene.images + "/a.nii"
            try expect(["--model", scene.model, image], 2, "a label map to write are needed")
            try expect(["--device", "cpu", image, map.path], 2, "--model, a volume to segment")
            try expect(
                ["--model", scene.model, image, "map.nrrd"], 2, "map.nrrd must end in .nii.gz")
            try expect(["--model", scene.model, image, map.path], 1, "a.nii: does not exist")
            let none = scene.folder.path + "/none"
            try expect(["--model", none, image, map.path], 1, "none: does not exist")
            try scene.write("a.nii")
            try expect(
                ["--model", scene.model, image, none + "/x.nii.gz"], 1,
                "x.nii.gz: cannot be written: its folder does not exist")
        }
    }

    private func withScene(_ body: (PredictTests.Scene) async throws -> Void) async throws {
        let folder = URL.temporaryDirectory.appending(path: "segnas3d-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(try await PredictTests.Scene(folder))
    }
}

/// The parameters that a description of a module names, and calls with them as 3D Slicer makes them.
private final class ModuleParameters: NSObject, XMLParserDelegate {
    /// The flags of the parameters that have one, by name.
    private(set) var flags: [String: String] = [:]
    /// The names of those that are given by their place, in this order.
    private(set) var places: [String] = []

    private var order: [String] = []
    private var text = ""
    private var current: [String: String] = [:]

    init(_ description: String) throws {
        super.init()
        let parser = XMLParser(data: Data(description.utf8))
        parser.delegate = self
        try #require(parser.parse(), "\(String(describing: parser.parserError))")
    }

    /// The options first, in the order of the description, then the others by their index.
    func call(_ values: [String: String]) -> [String] {
        let options = order.compactMap { name in
            flags[name].flatMap { flag in values[name].map { [flag, $0] } }
        }
        return options.joined() + places.compactMap { values[$0] }
    }

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        text = ""
        if ["directory", "string", "image"].contains(element) { current = [:] }
    }

    func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }

    func parser(
        _ parser: XMLParser, didEndElement element: String, namespaceURI: String?,
        qualifiedName: String?
    ) {
        switch element {
        case "name", "longflag", "index": current[element] = text
        case "directory", "string", "image":
            guard let name = current["name"] else { return }
            order.append(name)
            flags[name] = current["longflag"]
            // Indices count from 0 in the order of the description.
            if current["index"] == "\(places.count)" { places.append(name) }
        default: break
        }
    }
}
