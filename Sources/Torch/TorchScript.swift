internal import CTorch

/// A TorchScript module: the source of its `forward`, and the buffers that it reads.
///
/// ```swift
/// let script = TorchScript(
///     source: "def forward(self, image: Tensor) -> Tensor:\n    return image * self.gain\n",
///     buffers: ["gain": try Tensor([2 as Float], shape: [1])])
/// try script.write(to: "double.ts")
/// ```
public struct TorchScript {
    /// The method `forward(self, image: Tensor) -> Tensor`.
    public var source: String
    public var buffers: NamedTensors
    /// Texts beside the module in its file, by their names.
    public var files: [String: String]

    public init(source: String, buffers: NamedTensors, files: [String: String] = [:]) {
        self.source = source
        self.buffers = buffers
        self.files = files
    }

    /// Writes the module to a file, whose archive has a root folder of the file's name.
    ///
    /// - Throws: ``TorchError`` for source that libtorch does not compile, and where the system refuses; then a part
    ///   of the file may be left.
    public func write(to path: String) throws(TorchError) {
        let names = Array(buffers.names)
        let files = files.sorted { $0.key < $1.key }
        let texts = [source] + names + files.map(\.key) + files.map(\.value)
        try withExtendedLifetime(buffers) { () throws(TorchError) in
            let handles = buffers.tensors.map(\.handle)
            try check(
                withStrings(texts) { texts in
                    texts.withUnsafeBufferPointer { texts in
                        handles.withUnsafeBufferPointer { handles in
                            let start = texts.baseAddress
                            var script = ct_script(
                                source: texts[0], names: start.map { $0 + 1 },
                                values: handles.baseAddress, count: names.count,
                                file_names: start.map { $0 + 1 + names.count },
                                file_texts: start.map { $0 + 1 + names.count + files.count },
                                file_count: files.count)
                            return ct_script_save(&script, path)
                        }
                    }
                })
        }
    }

    /// What the module in a file gives for an image, on the CPU.
    ///
    /// - Throws: ``TorchError`` for a file that cannot be read, and an image that does not fit.
    public static func run(_ path: String, on image: Tensor) throws(TorchError) -> Tensor {
        try withoutGradients { () throws(TorchError) in
            try image.map { ct_script_run(path, $0, $1) }
        }
    }
}

/// Lends texts as strings of C, which lie one after the other.
private func withStrings<Result>(
    _ texts: [String], _ body: ([UnsafePointer<CChar>?]) -> Result
) -> Result {
    var bytes: [CChar] = []
    var starts: [Int] = []
    for text in texts {
        starts.append(bytes.count)
        bytes += text.utf8CString
    }
    return bytes.withUnsafeBufferPointer { bytes in
        body(starts.map { start in bytes.baseAddress.map { $0 + start } })
    }
}
