internal import SegNASDatasets
internal import SegNASExport
internal import SegNASHost
internal import SegNASSegmentation

/// A MONAI bundle: the network as TorchScript and ONNX, and what prepares images and takes its results back.
///
/// Specification: https://docs.monai.io/en/stable/mb_specification.html.
extension ModelExport {
    func writeBundle(to output: String) throws -> (bytes: Int, parity: ExportParity) {
        let models = try loadModels()
        let subject = try subject(models)
        do {
            let folder = try AtomicFolder(path: output)
            let root = folder.temporaryPath
            for name in ["configs", "docs", "models", "scripts"] {
                try FileSystem.makeFolder("\(root)/\(name)")
            }
            let network = "\(root)/models/model.ts"
            let parity = try writeTorchScript(models, of: subject, to: network, for: output)
            var bytes = try MappedFile(path: network).bytes.count
            bytes += try write(
                checkedONNX(models, of: subject).bytes, to: "\(root)/models/model.onnx")
            for (name, text) in try texts() {
                bytes += try write(Array(text.utf8), to: "\(root)/\(name)")
            }
            try folder.publish(replacing: false)
            return (bytes, parity)
        } catch let failure as SystemFailure {
            throw failure.isExistingFile
                ? ExportError.exists(output)
                : ExportError.unwritable(output, reason: "\(failure)")
        }
    }

    /// The bundle's files of text, by their paths.
    private func texts() throws -> [String: String] {
        let program = "segnas3d \(Release.version)"
        return [
            "configs/metadata.json": try JSONDocument.text(of: BundleMetadata(self), .indented)
                + "\n",
            "configs/inference.json": inference,
            "scripts/__init__.py": "",
            "scripts/preparation.py": BundleScript.text(program: program),
            "models/model.json": try modelText(),
            "docs/README.md": readme,
            "LICENSE": Self.license,
        ]
    }

    /// What MONAI runs.
    private var inference: String {
        """
        {
          "imports": ["$from scripts.preparation import cases"],
          "bundle_root": ".",
          "dataset_dir": "images",
          "output_dir": "$@bundle_root + '/eval'",
          "datalist": "$cases(@dataset_dir)",
          "device": "$torch.device('cuda:0' if torch.cuda.is_available() else 'cpu')",
          "network_def": {
            "_target_": "torch.jit.load", "f": "$@bundle_root + '/models/model.ts'", "map_location": "@device"
          },
          "preprocessing": {
            "_target_": "Compose",
            "transforms": [
              {"_target_": "LoadImaged", "keys": "image", "ensure_channel_first": true, "dtype": "$np.float64"},
              {"_target_": "scripts.preparation.Prepared", "keys": "image"}
            ]
          },
          "dataset": {"_target_": "Dataset", "data": "@datalist", "transform": "@preprocessing"},
          "dataloader": {"_target_": "DataLoader", "dataset": "@dataset", "batch_size": 1, "num_workers": 0},
          "inferer": {"_target_": "scripts.preparation.Tiles", "overlap": 0.5},
          "postprocessing": {
            "_target_": "Compose",
            "transforms": [
              {"_target_": "scripts.preparation.Restored", "keys": "pred"},
              {"_target_": "scripts.preparation.Saved", "keys": "pred", "output_dir": "@output_dir"}
            ]
          },
          "evaluator": {
            "_target_": "SupervisedEvaluator", "device": "@device", "val_data_loader": "@dataloader",
            "network": "@network_def", "inferer": "@inferer", "postprocessing": "@postprocessing", "amp": false
          },
          "run": ["$@evaluator.run()"]
        }

        """
    }

    private var readme: String {
        let table = descriptions[0].preparation.labels
        let labels = table.structures.map { "- \($0.value): \($0.name)" }.joined(separator: "\n")
        return """
            # A network of segnas3d as a MONAI bundle

            ```
            python -m monai.bundle run --config_file configs/inference.json --meta_file configs/metadata.json \\
                --bundle_root . --dataset_dir IMAGES --output_dir LABELS
            ```

            run in this folder writes a label map for each image of IMAGES on the grid of its file; of several channels
            they are CASE_0000.nii.gz, CASE_0001.nii.gz and so on. The label maps are those of `segnas3d predict`
            with `--precision float32 --no-postprocessing`. It needs monai, pytorch-ignite, nibabel and fire.

            Channels: \(descriptions[0].preparation.channels.map(\.name).joined(separator: ", "))

            \(labels)

            `models/model.ts` is a TorchScript module and `models/model.onnx` the same network for ONNX Runtime:
            prepared images [N, C, z, y, x] in, probabilities out. PyTorch has deprecated TorchScript but loads it.

            """
    }

    private static let license = """
        The files in configs, docs and scripts are part of segnas3d, under the Apache License, Version 2.0
        (https://www.apache.org/licenses/LICENSE-2.0).

        The weights in models are those of whoever trained the network, who decides on their licence: replace this text.

        """
}

/// The contents of `metadata.json`.
private struct BundleMetadata: Encodable {
    private let schema =
        "https://github.com/Project-MONAI/MONAI-extra-test-data/releases/download/0.8.1/meta_schema_20240725.json"
    private let version = "0.1.0"
    private let changelog = ["0.1.0": "exported by segnas3d \(Release.version)"]
    private let monaiVersion = "1.5.0"
    private let pytorchVersion = "2.11.0"
    private let numpyVersion = "2.0.0"
    private let required = ["nibabel": "5.0.0", "pytorch-ignite": "0.5.0"]
    private let name = "segnas3d network"
    private let task = "Segmentation of 3D images"
    private let description: String
    private let authors = "whoever trained the network"
    private let copyright = "see LICENSE"
    private let intendedUse = "Research"
    private let format: Format

    private enum CodingKeys: String, CodingKey {
        case schema, version, changelog, name, task, description, authors, copyright
        case monaiVersion = "monai_version"
        case pytorchVersion = "pytorch_version"
        case numpyVersion = "numpy_version"
        case required = "required_packages_version"
        case intendedUse = "intended_use"
        case format = "network_data_format"
    }

    private struct Format: Encodable {
        var inputs: [String: Port]
        var outputs: [String: Port]
    }

    private struct Port: Encodable {
        var type = "image"
        var format: String
        var modality: String?
        var channels: Int
        var shape: [Int]
        let dtype = "float32"
        var range: [Double]
        var isPatch: Bool
        var definition: [String: String]

        enum CodingKeys: String, CodingKey {
            case type, format, modality, dtype
            case channels = "num_channels"
            case shape = "spatial_shape"
            case range = "value_range"
            case isPatch = "is_patch_data"
            case definition = "channel_def"
        }
    }

    init(_ export: ModelExport) {
        let model = export.descriptions[0]
        let preparation = model.preparation
        let size = preparation.options.size
        func numbered(_ names: [String]) -> [String: String] {
            Dictionary(uniqueKeysWithValues: names.enumerated().map { ("\($0)", $1) })
        }
        let isPatch = preparation.options.fit == .patch
        let labels = preparation.labels
        let outputs =
            (labels.regions == nil ? ["background"] : []) + labels.structures.map(\.name)
        description = "\(model.architecture), found or trained by segnas3d"
        format = Format(
            inputs: [
                "image": Port(
                    format: "magnitude", modality: "any", channels: preparation.channels.count,
                    shape: [size.z, size.y, size.x], range: [], isPatch: isPatch,
                    definition: numbered(preparation.channels.map(\.name)))
            ],
            outputs: [
                "pred": Port(
                    format: "probabilities", channels: outputs.count,
                    shape: [size.z, size.y, size.x], range: [0, 1], isPatch: isPatch,
                    definition: numbered(outputs))
            ])
    }
}
