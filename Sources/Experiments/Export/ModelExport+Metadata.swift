internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSegmentation

extension ModelExport {
    /// The texts beside an exported network; none holds a path or the name of a case.
    ///
    /// `model.json` is the whole description; the others spare programs to read it.
    func metadata() throws -> [String: String] {
        let preparation = descriptions[0].preparation
        var texts = [
            "program": "segnas3d \(Release.version)",
            "axes": "N, C, z, y, x; x runs to the right, y to the front and z up"
                + (preparation.options.isCanonical ? "" : ", where images are stored so"),
            "channels": try JSONDocument.text(
                of: preparation.channels.map(\.name), .line),
            "labels": try JSONDocument.text(of: preparation.labels.names, .line),
            "spacing": preparation.options.spacing.description,
            "size": SizeText.xyz(preparation.options.size),
            "fit": preparation.options.fit.rawValue,
        ]
        for (index, location) in ensemble.models.enumerated() {
            let name = ensemble.models.count == 1 ? "model.json" : "model\(index + 1).json"
            texts[name] = try text(of: location.model)
        }
        if let weights = ensemble.weights {
            texts["weights"] = try JSONDocument.text(of: weights, .line)
        }
        return texts
    }

    /// The description of the first model, of which others differ in the network alone.
    func modelText() throws(ModelError) -> String { try text(of: ensemble.models[0].model) }

    /// The description of a model as its file has it.
    private func text(of model: String) throws(ModelError) -> String {
        let file = "\(AtomicFolder.path(of: model) ?? model)/\(Model.descriptionName)"
        do throws(TextFileFault) {
            return try readText(at: file, limit: 1 << 20)
        } catch {
            throw ModelError(file: file, fault: .document(.text(error)))
        }
    }
}

extension LabelTable {
    /// The name of each output of the network by the value that label maps hold.
    var names: [String: String] {
        var names = ["\(background)": "background"]
        for label in structures { names["\(label.value)"] = label.name }
        return names
    }
}

/// Sizes as the command line writes them.
enum SizeText {
    static func xyz(_ size: SIMD3<Int>) -> String { "\(size.x)x\(size.y)x\(size.z)" }
}
