internal import SegNASHost

extension Phantom {
    /// The file that says how a folder's phantoms were made.
    static let recordName = "phantom.json"

    /// Everything that the cases depend on, to tell whether a folder that was begun can be finished.
    var record: String {
        var record = Record(
            size: [size.x, size.y, size.z], seed: seed, contrast: contrast)
        switch source {
        case .brain(let structures): record.structures = structures
        case .maps(let maps): record.maps = maps.files
        }
        return Self.json(record)
    }

    /// The content of nnU-Net v2's `dataset.json`.
    func description(cases: Int) -> String {
        let values = labels.foreground.map { ($0.name, $0.value) } + [("background", 0)]
        return Self.json(
            NNUNetDescription(
                channelNames: ["0": contrast == .t1 ? "T1" : "MRI"],
                labels: Dictionary(uniqueKeysWithValues: values), numTraining: cases,
                fileEnding: ".nii.gz"))
    }

    private struct Record: Encodable {
        // Counts up with the generator too: cases of two versions do not make one dataset.
        var schema = 1
        var size: [Int]
        var seed: UInt64
        var contrast: Contrast
        var structures: Int?
        var maps: [String]?
    }

    private struct NNUNetDescription: Encodable {
        var channelNames: [String: String]
        var labels: [String: Int]
        var numTraining: Int
        var fileEnding: String

        enum CodingKeys: String, CodingKey {
            case channelNames = "channel_names"
            case labels, numTraining
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
