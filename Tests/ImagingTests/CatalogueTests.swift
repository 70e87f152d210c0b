import Foundation
import SegNASImaging
import TestSupport
import Testing

/// Writes an image again with voxels of 1 mm, whose axes run right, anterior and superior.
func writeIsotropic(_ input: String, to output: String) throws {
    let image = try Volume(contentsOf: input).reoriented(to: .ras)
    let map = GridMap(from: image.geometry, spacing: [1, 1, 1])
    try image.resampled(by: map, .linear).write(to: output)
}

@Suite("Catalogue of SegNASImaging")
struct ImagingCatalogueTests {
    @Test("the example brings an image to voxels of 1 mm")
    func runs() throws {
        try withTemporaryFolder { folder in
            let affine = Affine(x: [0, 2, 0], y: [-3, 0, 0], z: [0, 0, 1])
            let volume = Volume(
                shape: [4, 5, 6], affine: affine, samples: Samples((0..<120).map { Float($0) }))
            let (input, output) = (folder.path + "/in.nii.gz", folder.path + "/out.nii.gz")
            try volume.write(to: input)
            try writeIsotropic(input, to: output)
            let written = try Volume(contentsOf: output)
            #expect(written.shape == [15, 8, 6] && written.geometry.spacing == [1, 1, 1])
            #expect("\(Orientation(written.affine))" == "RAS")
        }
    }

    /// The example of the catalogue, without its import.
    private func example() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appending(path: "Sources/Imaging/SegNASImaging.docc/Imaging.md"),
            encoding: .utf8)
        let block = try #require(page.components(separatedBy: "```swift\n").dropFirst().first)
        let code = try #require(block.components(separatedBy: "```").first)
        return try #require(code.components(separatedBy: "import SegNASImaging\n\n").last)
    }

    @Test("the example stands there as it is compiled here")
    func sameExample() throws {
        let source = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
        #expect(source.contains(try example()))
    }
}
