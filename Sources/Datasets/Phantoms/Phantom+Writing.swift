internal import FoundationEssentials
internal import SegNASHost
internal import SegNASImaging
internal import Synchronization

extension Phantom {
    /// Writes cases as an nnU-Net v2 dataset: `imagesTr`, `labelsTr`, and `dataset.json` when all are there.
    ///
    /// A folder that was begun with the same options is finished. Memory holds one case for each thread, about
    /// 12 bytes a voxel.
    ///
    /// - Parameters:
    ///   - cases: How many cases; more of them begin with the same ones.
    ///   - folder: Must not exist, be empty, or have been begun.
    ///   - threads: How many cases are made at once.
    ///   - progress: Called after each case, from any thread, with the number of cases.
    /// - Throws: ``PhantomError``, where the folder holds something else or the system refuses.
    public func write(
        cases: Int, to folder: String, threads: Int, progress: @Sendable (Int) -> Void = { _ in }
    ) throws(PhantomError) {
        try begin(folder)
        let failure = Mutex<PhantomError?>(nil)
        concurrently(cases, threads: threads) { index in
            guard failure.withLock({ $0 == nil }) else { return }
            do throws(ImageError) {
                try writeCase(index, to: folder)
                progress(cases)
            } catch {
                failure.withLock { $0 = $0 ?? .image(error) }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        try writeText(description(cases: cases), to: "\(folder)/dataset.json")
    }

    /// The name of a case, whatever their number.
    public static func identifier(_ index: Int) -> String {
        "phantom" + padded(index, to: 4)
    }

    private func begin(_ folder: String) throws(PhantomError) {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
        let record = "\(folder)/\(Self.recordName)"
        if names?.contains("dataset.json") == true { throw .complete(folder) }
        if names?.contains(Self.recordName) == true {
            guard (try? readText(at: record, limit: 1 << 20)) == self.record else {
                throw .begunOtherwise(folder)
            }
        } else if names?.isEmpty == false {
            throw .occupied(folder)
        }
        for part in ["imagesTr", "labelsTr"] {
            do throws(SystemFailure) {
                try FileSystem.makeFolder("\(folder)/\(part)")
            } catch {
                throw .unwritable("\(folder)/\(part)", reason: "\(error)")
            }
        }
        if names?.contains(Self.recordName) != true { try writeText(self.record, to: record) }
    }

    private func writeCase(_ index: Int, to folder: String) throws(ImageError) {
        let name = Self.identifier(index)
        let images = channelNames.indices.map {
            "\(folder)/imagesTr/\(name)_\(channelDigits($0)).nii.gz"
        }
        let labels = "\(folder)/labelsTr/\(name).nii.gz"
        let found = FileManager.default
        guard !(images + [labels]).allSatisfy(found.fileExists(atPath:)) else { return }
        let made = makeCase(index)
        try made.labels.write(to: labels, replacing: true)
        for (image, path) in zip(made.images, images) { try image.write(to: path, replacing: true) }
    }

    private func writeText(_ text: String, to path: String) throws(PhantomError) {
        do throws(NewFileError) {
            try NewFile.write(text, to: path)
        } catch {
            throw .unwritable(path, reason: error.description)
        }
    }
}

extension Phantom {
    /// The file that says how a folder's phantoms were made.
    static let recordName = "phantom.json"

    /// Everything that the cases depend on, to tell whether a folder that was begun can be finished.
    var record: String {
        var record = Record(
            size: [size.x, size.y, size.z], seed: seed, contrast: contrast)
        switch source {
        case .brain(let structures): record.structures = structures
        case .tumours: record.tumours = true
        case .maps(let maps): record.maps = maps.files
        }
        return Self.json(record)
    }

    /// The content of nnU-Net v2's `dataset.json`.
    func description(cases: Int) -> String {
        let channels = channelNames.enumerated().map { ("\($0.offset)", $0.element) }
        let labels = labels
        let values = labels.foreground.map { ($0.name, $0.value) } + [("background", 0)]
        var description = NNUNetDescription(
            channelNames: Dictionary(uniqueKeysWithValues: channels),
            labels: Dictionary(uniqueKeysWithValues: values), numTraining: cases,
            fileEnding: ".nii.gz")
        guard let regions = labels.regions else { return Self.json(description) }
        description.labels = nil
        description.regionsClassOrder = regions.map(\.value)
        return Self.json(description).replacing(
            "{\n", with: "{\n" + regionLines(regions), maxReplacements: 1)
    }

    /// The labels in the order of the regions, which an encoder does not keep, and nnU-Net depends on.
    private func regionLines(_ regions: [LabelTable.Region]) -> String {
        let lines = regions.map { "    \"\($0.name)\" : \($0.values)" }
        return """
              "labels" : {
                "background" : 0,
            \(lines.joined(separator: ",\n"))
              },

            """
    }

    private struct Record: Encodable {
        // Counts up with the generator too: cases of two versions do not make one dataset.
        var schema = 1
        var size: [Int]
        var seed: UInt64
        var contrast: Contrast
        var structures: Int?
        var tumours: Bool?
        var maps: [String]?
    }

    private struct NNUNetDescription: Encodable {
        var channelNames: [String: String]
        var labels: [String: Int]?
        var regionsClassOrder: [Int]?
        var numTraining: Int
        var fileEnding: String

        enum CodingKeys: String, CodingKey {
            case channelNames = "channel_names"
            case labels, numTraining
            case regionsClassOrder = "regions_class_order"
            case fileEnding = "file_ending"
        }
    }

    private static func json(_ value: some Encodable) -> String {
        guard let text = try? JSONDocument.text(of: value, .indented) else {
            preconditionFailure("numbers and names cannot fail to be encoded")
        }
        return text + "\n"
    }
}
