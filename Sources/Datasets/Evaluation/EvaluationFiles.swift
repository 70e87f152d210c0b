internal import Glibc

/// Label maps of two folders, paired by the names of cases.
struct EvaluationFiles {
    /// The pairs, sorted by name.
    private(set) var pairs: [Pair] = []
    /// Cases that have a reference.
    private(set) var referenceCount = 0
    private(set) var faults: [EvaluationFault] = []

    struct Pair {
        var identifier: String
        var reference: String
        var prediction: String

        /// Bytes of both files.
        var fileSize: Int { size(of: reference) + size(of: prediction) }
    }

    /// References without a prediction are faults, or left out where only a part was predicted.
    init(references: String, predictions: String, isPartial: Bool) {
        let references = labelMaps(in: references)
        let predictions = labelMaps(in: predictions)
        guard var references, var predictions else { return }
        for (name, (reference, prediction)) in Self.alike(
            references.keys.filter { predictions[$0] == nil }.sorted(),
            predictions.keys.filter { references[$0] == nil }.sorted())
        where references.keys.contains(reference) && predictions.keys.contains(prediction)
            && (references[name] == nil || name == reference)
            && (predictions[name] == nil || name == prediction)
        {
            references[name] = references.removeValue(forKey: reference)
            predictions[name] = predictions.removeValue(forKey: prediction)
        }
        referenceCount = references.keys.count { !isPartial || predictions[$0] != nil }
        let alone = predictions.keys.filter { references[$0] == nil }.sorted()
        for (identifier, reference) in references.sorted(by: { $0.key < $1.key }) {
            guard let prediction = predictions[identifier] else {
                if !isPartial {
                    let near = NameGuess.nearest(to: identifier, among: alone)
                    faults.append(
                        EvaluationFault(.missingPrediction(instead: near), case: identifier))
                }
                continue
            }
            guard let reference, let prediction else { continue }
            pairs.append(
                Pair(identifier: identifier, reference: reference, prediction: prediction))
        }
        for (identifier, file) in predictions.sorted(by: { $0.key < $1.key })
        where references[identifier] == nil {
            faults.append(
                EvaluationFault(.missingReference, case: identifier, file: file))
        }
    }

    /// Pairs of unequal names that belong together by the conventions of datasets, such as `P1_seg` and `P1`,
    /// by the name of the case.
    private static func alike(
        _ references: [String], _ predictions: [String]
    ) -> [String: (reference: String, prediction: String)] {
        let (references, predictions) = (references.map(fileName), predictions.map(fileName))
        var found: [String: (reference: String, prediction: String)] = [:]
        // Either may carry the word that says that it is a label map.
        for (labels, images) in [(references, predictions), (predictions, references)] {
            let pairing = NamePairing(images: images, labels: labels)
            let byCase = Dictionary(grouping: images) { pairing.identifier(ofImage: $0).identifier }
            let twins = Dictionary(grouping: labels) { pairing.identifier(ofLabel: $0) }
            for (name, label) in twins {
                guard let image = byCase[name], image.count == 1, label.count == 1,
                    found[name] == nil
                else { continue }
                let isReference = labels == references
                found[name] =
                    isReference
                    ? (label[0].stem, image[0].stem) : (image[0].stem, label[0].stem)
            }
        }
        return found
    }

    private static func fileName(_ stem: String) -> ImageFileName {
        ImageFileName(stem: stem, ending: ".nii.gz")
    }

    /// Paths by the names of cases, nil for a case with several files; no dictionary for an unusable folder.
    private mutating func labelMaps(in folder: String) -> [String: String?]? {
        guard let names = ImageFileName.all(in: folder) else {
            faults.append(EvaluationFault(.folder, file: folder))
            return nil
        }
        guard !names.isEmpty else {
            if let dataset = Dataset(ofDICOMIn: folder) {
                return Dictionary(
                    uniqueKeysWithValues: dataset.training.map { ($0.identifier, $0.label) })
            }
            let better = ["labelsTr", "labels", "labelsTs"].map { "\(folder)/\($0)" }
                .first { ImageFileName.all(in: $0)?.isEmpty == false }
            faults.append(EvaluationFault(.noLabelMaps(better: better), file: folder))
            return nil
        }
        let byStem = Dictionary(grouping: names, by: \.stem)
        for (stem, same) in byStem.sorted(by: { $0.key < $1.key }) where same.count > 1 {
            faults.append(
                EvaluationFault(.sameName(same.map(\.name)), case: stem, file: folder))
        }
        return byStem.mapValues { same in
            same.count == 1 ? "\(folder)/\(same[0].name)" : nil
        }
    }
}

extension Dataset {
    /// The dataset of a folder of DICOM series with segmentations; nil for other folders, and for one with faults.
    fileprivate init?(ofDICOMIn folder: String) {
        guard let dataset = try? Dataset(contentsOf: folder), dataset.layout == .dicom else {
            return nil
        }
        self = dataset
    }
}

/// The size of a file in bytes, 0 if it is unknown.
private func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
}

/// The labels of an evaluation and the file that names them.
struct EvaluationLabels {
    /// Nil if no file names them: then all labels that occur are evaluated.
    private(set) var table: LabelTable?
    private(set) var faults: [EvaluationFault] = []

    /// Reads the named file, or else the first `dataset.json` with labels that lies in the folder of references, around
    /// it, or in that of predictions.
    ///
    /// References in DICOM name theirs themselves.
    init(named: String?, references: String, predictions: String) {
        if let named {
            read(named, mustHaveLabels: true)
            return
        }
        for folder in [references, "\(references)/..", predictions] {
            guard LayoutReader(folder: folder, threads: 1).exists("dataset.json") else { continue }
            read("\(folder)/dataset.json", mustHaveLabels: false)
            guard table == nil, faults.isEmpty else { return }
        }
        table = Dataset(ofDICOMIn: references)?.labels
    }

    private mutating func read(_ path: String, mustHaveLabels: Bool) {
        var reader = LayoutReader(folder: ".", threads: 1)
        if let json = reader.object(in: path) {
            if json["labels"] != nil {
                table = reader.nnUNetLabels(json, file: path)
            } else if mustHaveLabels {
                reader.report(.keyMissing("labels"), file: path)
            }
        }
        faults += reader.faults.map { EvaluationFault(.names($0), file: path) }
    }
}
