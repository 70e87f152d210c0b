import FoundationEssentials
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASTorch

/// The output of `inspect` for a network.
struct NetworkDescription: Encodable {
    struct Row: Encodable {
        var name: String
        var operation: String
        /// Channels, then voxels along x, y and z.
        var output: [Int]
        var parameters: Int
        /// Multiplications and additions of one image's forward pass.
        var multiplyAdds: Int
    }

    /// Bytes of tensors on the CPU; nil if the size is too small to train.
    struct Memory: Encodable {
        var training: UInt64
        /// Resident memory of the process that trains.
        var trainingProcess: UInt64
        var inference: UInt64
    }

    let schema = 1
    var architecture: Architecture
    var channels: Int
    var classes: Int
    /// Voxels along x, y and z.
    var size: SIMD3<Int>
    var batch: Int
    var precision: String
    var layers: [Row]
    var parameters: Int
    var multiplyAdds: Int
    var memory: Memory?
    /// The reason why the network cannot be trained at this size.
    var refusal: String?

    init(_ plan: NetworkPlan, size: SIMD3<Int>, options: TrainingOptions) throws {
        architecture = plan.architecture
        channels = plan.channels
        classes = plan.classes
        self.size = size
        batch = options.batchSize
        precision = options.precision.rawValue
        layers = plan.layers.map { Row($0, plan, size) }
        parameters = plan.parameters
        multiplyAdds = plan.multiplyAdds(size: size)
        do {
            try plan.check(size: size, batch: batch)
            let prediction = try MemoryPrediction(plan, size: size, options: options)
            memory = Memory(
                training: prediction.training.bytes,
                trainingProcess: prediction.trainingProcess.bytes,
                inference: prediction.inference.bytes)
        } catch let error as NetworkError {
            refusal = error.description
        }
    }
}

extension NetworkDescription.Row {
    init(_ layer: LayerPlan, _ plan: NetworkPlan, _ size: SIMD3<Int>) {
        name = layer.name
        operation = layer.operation
        let volume = plan.size(atLevel: layer.level, of: size)
        output = [layer.outputs, volume.x, volume.y, volume.z]
        parameters = layer.parameters
        multiplyAdds = plan.multiplyAdds(of: layer, size: size)
    }
}

extension NetworkDescription {
    func json() throws -> String {
        try JSONDocument.text(of: self, .indented)
    }

    func text() -> String {
        let side = "\(size.x)×\(size.y)×\(size.z)"
        var lines = [
            "\(architecture)",
            "channels in: \(channels), classes out: \(classes), voxels: \(side)",
            "",
        ]
        lines += table().lines
        lines += [
            "",
            "\(millions(parameters)) M parameters, \(millions(multiplyAdds)) M multiply-adds for an image",
        ]
        if let memory {
            lines.append(
                "memory of tensors on the CPU in \(precision): \(ByteCount(memory.training)) to train "
                    + "with a batch of \(batch) (the process \(ByteCount(memory.trainingProcess))), "
                    + "\(ByteCount(memory.inference)) to predict")
        }
        if let refusal { lines.append("cannot be trained at this size: \(refusal)") }
        return lines.joined(separator: "\n")
    }

    private func table() -> TextTable {
        TextTable(
            columns: [
                .left("layer"), .left("operation"), .left("output"), .right("parameters"),
                .right("multiply-adds"),
            ],
            rows: layers.map { row in
                [
                    row.name, row.operation, row.output.map(String.init).joined(separator: "×"),
                    grouped(row.parameters), grouped(row.multiplyAdds),
                ]
            })
    }

    /// Two decimals.
    private func millions(_ count: Int) -> String {
        let hundredths = (count + 5000) / 10_000
        let rest = hundredths % 100
        return "\(grouped(hundredths / 100)).\(rest < 10 ? "0" : "")\(rest)"
    }
}
