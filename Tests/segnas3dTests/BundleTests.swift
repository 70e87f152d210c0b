import Foundation
import SegNASImaging
import TestSupport
import Testing

@Suite(
    "Exported bundles in MONAI",
    .enabled(
        if: Python.has("monai.bundle, ignite, nibabel, fire"),
        "name a Python with monai, pytorch-ignite, nibabel and fire in SEGNAS3D_PYTHON"))
struct BundleTests {
    @Test("monai.bundle run writes the label maps of predict, on the grids of the files")
    func run() throws {
        try PhantomFolder.with(cases: 6, size: 24) { folder in
            let images = folder.path("data/imagesTr")
            try writeLying(
                "\(images)/phantom0000_0000.nii.gz", to: "\(folder.path("images"))/lying.nii.gz")
            try FileManager.default.copyItem(
                atPath: "\(images)/phantom0001_0000.nii.gz",
                toPath: folder.path("images/phantom0001_0000.nii.gz"))
            try program(
                "train", folder.path("data"), "--output", folder.path("run"), "--patch", "16",
                "--epochs", "3", "--steps-per-epoch", "10", "--quiet", "--threads", "1")
            try program(
                "export", folder.path("run"), "--format", "bundle", "--output",
                folder.path("bundle"))
            try program(
                "predict", folder.path("run"), folder.path("images"), "--output",
                folder.path("expected"), "--precision", "float32", "--no-postprocessing")
            try runBundle(folder)
            for name in ["lying", "phantom0001"] {
                try compare("\(name).nii.gz", in: folder)
            }
        }
    }

    private func program(_ arguments: String...) throws {
        let program = try Program.run(arguments)
        try #require(program.status == 0, "\(program.errors)")
    }

    /// The image of a file with two axes exchanged, one of them reversed, and voxels that are no cubes.
    private func writeLying(_ image: String, to path: String) throws {
        let volume = try Volume(contentsOf: image)
        let affine = Affine(x: [0, 7.5, 0], y: [-8, 0, 0], z: [0, 0, 9], origin: [3, -4, 5])
        let lying = Volume(
            volume.samples, geometry: Geometry(size: volume.geometry.size, affine: affine))
        try FileManager.default.createDirectory(
            at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try lying.write(to: path)
    }

    /// The command of `Documentation/export.md`, in the bundle's folder.
    private func runBundle(_ folder: PhantomFolder) throws {
        let bundle = folder.path("bundle")
        let monai = try Python.run(
            module: "monai.bundle", "run", "--config_file", "\(bundle)/configs/inference.json",
            "--meta_file", "\(bundle)/configs/metadata.json", "--bundle_root", bundle,
            "--dataset_dir", folder.path("images"), "--output_dir", folder.path("found"))
        try #require(monai.status == 0, "\(monai.errors)")
    }

    private func compare(_ name: String, in folder: PhantomFolder) throws {
        let expected = try LabelMap(contentsOf: folder.path("expected/\(name)"))
        let found = try LabelMap(contentsOf: folder.path("found/\(name)"))
        try #require(found.geometry == expected.geometry, "\(name)")
        let equal = zip(found.values, expected.values).count { $0 == $1 }
        #expect(Double(equal) >= 0.999 * Double(expected.values.count), "\(name): \(equal)")
        #expect(expected.labelCounts.count > 1, "\(name): \(expected.labelCounts)")
    }
}
