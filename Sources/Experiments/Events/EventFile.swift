internal import FoundationEssentials
internal import SegNASHost

/// An event file of TensorBoard to which steps are added in ascending order, each once.
///
/// What a killed process has left of a record is cut off when the file is opened again.
struct EventFile {
    private let path: String
    /// The highest step in the file; 0 for none.
    private(set) var lastStep = 0

    private static let prefix = "events.out.tfevents."

    /// Opens or makes a file; others in the folder, which are of an earlier training of the same name, are removed.
    ///
    /// - Parameters:
    ///   - folder: The folder that TensorBoard shows as a run.
    ///   - name: What tells the training from others, by which the file is known again.
    /// - Throws: What keeps the file from being read or written.
    init(in folder: String, named name: String) throws(SystemFailure) {
        try FileSystem.makeFolder(folder)
        let own = "\(Self.prefix)\(name).segnas3d"
        path = "\(folder)/\(own)"
        let files = FileManager.default
        for other in (try? files.contentsOfDirectory(atPath: folder)) ?? []
        where other != own && other.hasPrefix(Self.prefix) && other.hasSuffix(".segnas3d") {
            try? files.removeItem(atPath: "\(folder)/\(other)")
        }
        let bytes = [UInt8](files.contents(atPath: path) ?? Data())
        let whole = EventRecord.read(bytes)
        if whole.bytes < bytes.count || bytes.isEmpty {
            let begin = EventRecord(beginningAt: Date.now.timeIntervalSince1970).bytes
            let file = try AtomicFile(path: path)
            try file.append(whole.bytes > 0 ? Array(bytes.prefix(whole.bytes)) : begin)
            try file.publish()
        }
        lastStep = whole.lastStep
    }

    /// Adds a step, unless it is there already; values that are no numbers are left out.
    mutating func append(
        step: Int, time: Double, _ scalars: [EventRecord.Scalar]
    ) throws(SystemFailure) {
        guard step > lastStep else { return }
        let finite = scalars.filter(\.value.isFinite)
        try appendBytes(EventRecord(step: step, time: time, scalars: finite).bytes, to: path)
        lastStep = step
    }
}
