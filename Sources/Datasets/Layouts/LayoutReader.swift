import FoundationEssentials
internal import SegNASHost

/// Reads the description of a dataset, and collects every fault that it meets.
struct LayoutReader {
    /// The dataset's folder.
    let folder: String
    /// Threads for reading label maps where no description names the labels.
    let threads: Int
    private(set) var faults: [DatasetFault] = []
    private(set) var recognition: LayoutRecognition?

    init(folder: String, threads: Int) {
        self.folder = folder
        self.threads = threads
    }

    mutating func report(
        _ problem: LayoutProblem, file: String? = nil, caseIdentifier: String? = nil
    ) {
        faults.append(DatasetFault(problem, file: file, caseIdentifier: caseIdentifier))
    }

    /// Reports a problem of a file's content.
    mutating func report(_ problem: ContentProblem, file: String, caseIdentifier: String?) {
        faults.append(DatasetFault(problem, file: file, caseIdentifier: caseIdentifier))
    }

    /// Sets the recognised layout, in place of an earlier one.
    mutating func recognise(_ recognition: LayoutRecognition) {
        self.recognition = recognition
    }

    /// Adds to the evidence for the layout.
    mutating func note(_ evidence: String) {
        recognition?.evidence.append(evidence)
    }

    /// The path of a file as a description names it: relative to the folder, or absolute.
    ///
    /// Variables and a leading `~` are expanded, unless there is a file of that very name.
    func path(_ name: String) -> String {
        guard name.contains("$") || name.hasPrefix("~"),
            !FileManager.default.fileExists(
                atPath: place(name))
        else { return place(name) }
        return place(PathExpansion(name).path)
    }

    private func place(_ name: String) -> String {
        var relative = name[...]
        while relative.hasPrefix("./") { relative = relative.dropFirst(2) }
        return relative.hasPrefix("/") ? String(relative) : "\(folder)/\(relative)"
    }

    /// A path of the dataset as its faults name it.
    func relative(_ path: String) -> String {
        relativePath(path, to: folder)
    }

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: path(name))
    }

    func isFolder(_ name: String) -> Bool { FileSystem.isFolder(path(name)) }

    /// An object in a file of JSON; nil after faults.
    mutating func object(in file: String) -> [String: JSONValue]? {
        let text: String
        do {
            text = try readText(at: path(file), limit: 16 << 20)
        } catch {
            report(.file(error), file: file)
            return nil
        }
        guard let value = JSONValue(text: text) else {
            report(.notJSON, file: file)
            return nil
        }
        guard let object = value.object else {
            report(.notObject, file: file)
            return nil
        }
        if let key = JSONKeyOrder.repeatedKey(in: text) {
            report(.keyTwice(key), file: file)
            return nil
        }
        return object
    }

    /// The keys of an object of a file of JSON, in their order.
    func keyOrder(of key: String, in file: String) -> [String] {
        let text = (try? readText(at: path(file), limit: 16 << 20)) ?? ""
        return JSONKeyOrder.keys(of: key, in: text) ?? []
    }

    /// The names of the channels: `{"0": "T1", "1": "T2"}`, a list of names, or one name.
    mutating func channels(_ json: JSONValue, key: String, file: String) -> [String]? {
        if let name = json.string { return [name] }
        if let list = json.array, !list.isEmpty {
            let names = list.compactMap(\.string)
            if names.count == list.count { return names }
        }
        if let object = json.object, !object.isEmpty {
            let names = (0..<object.count).compactMap { object["\($0)"]?.string }
            if names.count == object.count { return names }
            guard object.values.contains(where: { $0.string == nil }) else {
                report(.channelKeys(object.keys.sorted()), file: file)
                return nil
            }
        }
        report(.keyType(key, expected: "an object such as {\"0\": \"T1\"}"), file: file)
        return nil
    }

    mutating func checkCaseCount(
        _ json: [String: JSONValue], found: Int, isListed: Bool, file: String
    ) {
        guard let stated = json["numTraining"] else { return }
        guard let number = stated.int else {
            report(.keyType("numTraining", expected: "a whole number"), file: file)
            return
        }
        guard number != found else { return }
        report(.caseCount(stated: number, found: found, isListed: isListed), file: file)
    }

    /// The name that a description gives, else that of the folder.
    func name(_ json: [String: JSONValue] = [:]) -> String {
        if let name = json["name"]?.string, !name.isEmpty { return name }
        return URL(filePath: folder).standardizedFileURL.lastPathComponent
    }
}

/// A path without the folder in which it lies; absolute paths elsewhere stay as they are.
func relativePath(_ path: String, to folder: String) -> String {
    path.hasPrefix(folder + "/") ? String(path.dropFirst(folder.count + 1)) : path
}
