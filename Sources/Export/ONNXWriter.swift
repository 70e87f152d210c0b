internal import SegNASSearch

extension ONNXModel {
    /// The networks of a subject as one graph, from `image` `[N, C, D, H, W]` to what the subject asks for.
    package init(_ subject: ExportSubject, producer: String) {
        var writer = ONNXWriter(fixedSize: subject.fixedSize)
        let scores = subject.members.enumerated().map { index, member in
            writer.add(member, prefix: subject.members.count == 1 ? "" : "model\(index + 1).")
        }
        writer.addOutput(scores, of: subject)
        self = writer.model
        let size = subject.fixedSize?.zyx.map { "\($0)" } ?? ["depth", "height", "width"]
        let batch = subject.fixedSize == nil ? "batch" : "1"
        func port(_ name: String, _ type: ElementType, _ channels: Int) -> Port {
            Port(name: name, type: type, shape: [batch, "\(channels)"] + size)
        }
        inputs = [port("image", .float32, subject.plan.channels)]
        outputs = [
            subject.output == .labels
                ? port("labels", subject.rule.fitsByte ? .uint8 : .int32, 1)
                : port(subject.output.rawValue, .float32, subject.plan.classes)
        ]
        metadata = subject.metadata
        self.producer = producer
    }
}

/// Writes networks operator by operator.
///
/// Operators are those that all runtimes have for volumes: `Add` rather than `Sum`, `Pad` and `Slice` whose amounts
/// follow from the image's shape.
struct ONNXWriter {
    typealias Attribute = ONNXModel.Attribute

    private(set) var model = ONNXModel()
    let fixedSize: SIMD3<Int>?
    private var constants: Set<String> = []

    init(fixedSize: SIMD3<Int>?) {
        self.fixedSize = fixedSize
    }

    // MARK: - Nodes and constants

    /// Adds an operator, and returns the name of its result.
    @discardableResult
    mutating func add(
        _ name: String, _ operation: String, _ inputs: [String],
        _ attributes: [String: Attribute] = [:]
    ) -> String {
        model.nodes.append(
            .init(name: name, operation: operation, inputs: inputs, attributes: attributes))
        return name
    }

    mutating func constant(_ name: String, _ array: FloatArray) -> String {
        constant(
            name, array.shape, .float32,
            array.values.withUnsafeBytes { Array($0) })
    }

    mutating func constant(_ name: String, _ numbers: [Int]) -> String {
        constant(
            name, [numbers.count], .int64,
            numbers.map { Int64($0) }.withUnsafeBytes { Array($0) })
    }

    /// Values of label maps.
    mutating func constant(
        _ name: String, labels: [Int], _ type: ONNXModel.ElementType
    ) -> String {
        let bytes =
            type == .uint8
            ? labels.map { UInt8($0) }
            : labels.map { Int32(clamping: $0) }.withUnsafeBytes { Array($0) }
        return constant(name, [labels.count], type, bytes)
    }

    private mutating func constant(
        _ name: String, _ shape: [Int], _ type: ONNXModel.ElementType, _ bytes: [UInt8]
    ) -> String {
        if constants.insert(name).inserted {
            model.constants.append(.init(name: name, shape: shape, type: type, bytes: bytes))
        }
        return name
    }

    // MARK: - A network

    /// Adds a network, and returns the name of its scores, which have the image's size.
    mutating func add(_ member: ExportSubject.Member, prefix: String) -> String {
        let graph = member.graph
        let padding = Padding(prefix: prefix, unit: graph.unit.zyx, fixed: fixedSize?.zyx)
        let image = pad("image", padding)
        let scores = graph.named(image) { step, inputs in
            add(step, prefix, inputs, member.weights)
        }
        return crop(scores, padding)
    }

    private mutating func add(
        _ step: NetworkGraph.Step, _ prefix: String, _ inputs: [String], _ weights: NetworkWeights
    ) -> String {
        let name = prefix + step.name
        switch step.operation {
        case .layer(let layer): return add(layer, name, inputs[0], weights)
        case .sum:
            var sum = inputs[0]
            for (index, term) in inputs.dropFirst().enumerated() {
                let isLast = index == inputs.count - 2
                sum = add(isLast ? name : "\(name).\(index)", "Add", [sum, term])
            }
            return sum
        case .concatenation: return add(name, "Concat", inputs, ["axis": .int(1)])
        case .maxPooling(let stride): return add(name, "MaxPool", inputs, windows(stride))
        case .averagePooling(let stride): return add(name, "AveragePool", inputs, windows(stride))
        case .enlargement(let factor):
            let scales = FloatArray([1, 1] + factor.zyx.map { Float($0) }, shape: [5])
            let named = constant("scales.\(factor.x)\(factor.y)\(factor.z)", scales)
            return add(
                name, "Resize", [inputs[0], "", named],
                [
                    "mode": .text("nearest"), "nearest_mode": .text("floor"),
                    "coordinate_transformation_mode": .text("asymmetric"),
                ])
        case .repetition(let channels, let count):
            let copies = (channels + count - 1) / count
            let repeated = add(
                "\(name).copies", "Concat", Array(repeating: inputs[0], count: copies),
                ["axis": .int(1)])
            let range = [
                constant("\(name).first", [0]), constant("\(name).end", [channels]),
                constant("axis.channels", [1]),
            ]
            return add(name, "Slice", [repeated] + range)
        case .activation(let layer): return activate(inputs[0], layer, name, weights)
        }
    }

    private func windows(_ stride: SIMD3<Int>) -> [String: Attribute] {
        ["kernel_shape": .ints(stride.zyx), "strides": .ints(stride.zyx)]
    }

    private mutating func add(
        _ layer: LayerPlan, _ name: String, _ input: String, _ weights: NetworkWeights
    ) -> String {
        let numbers = LayerNumbers(layer, weights)
        var inputs = [input, constant("\(name).kernel", numbers.kernel)]
        if let bias = numbers.bias { inputs.append(constant("\(name).bias", bias)) }
        let dilation = Array(repeating: layer.dilation, count: 3)
        let isPlain = layer.normalization != .instance && layer.activation == .none
        var y = add(
            isPlain ? name : "\(name).conv", layer.isTransposed ? "ConvTranspose" : "Conv", inputs,
            [
                "kernel_shape": .ints(layer.kernel.zyx), "strides": .ints(layer.stride.zyx),
                "pads": .ints(layer.padding.zyx + layer.padding.zyx), "dilations": .ints(dilation),
            ])
        if let scale = numbers.scale, let shift = numbers.shift {
            y = add(
                layer.activation == .none ? name : "\(name).norm", "InstanceNormalization",
                [y, constant("\(name).scale", scale), constant("\(name).shift", shift)],
                ["epsilon": .float(Float(NetworkGraph.epsilon))])
        }
        return activate(y, layer, name, weights)
    }

    private mutating func activate(
        _ y: String, _ layer: LayerPlan, _ name: String, _ weights: NetworkWeights
    ) -> String {
        switch layer.activation {
        case .none: return y
        case .relu: return add(name, "Relu", [y])
        case .leakyReLU:
            return add(name, "LeakyRelu", [y], ["alpha": .float(NetworkGraph.leakySlope)])
        case .prelu:
            var slopes = weights.slopes(layer)
            slopes.shape += [1, 1, 1]
            return add(name, "PRelu", [y, constant("\(name).slopes", slopes)])
        }
    }
}

// MARK: - Padding

/// What brings the image to a size that the poolings divide, the odd voxel behind, and what undoes it.
private struct Padding {
    let prefix: String
    let unit: [Int]
    let fixed: [Int]?

    /// Voxels before and behind along each axis, where the image's size is known.
    var amounts: [(before: Int, behind: Int)]? {
        guard let fixed else { return nil }
        return zip(fixed, unit).map { size, unit in
            let total = (unit - size % unit) % unit
            return (total / 2, total - total / 2)
        }
    }

    var isEmpty: Bool { amounts?.allSatisfy { $0 == (0, 0) } ?? unit.allSatisfy { $0 == 1 } }
}

extension ONNXWriter {
    fileprivate mutating func pad(_ image: String, _ padding: Padding) -> String {
        guard !padding.isEmpty else { return image }
        let prefix = padding.prefix
        guard let fixed = padding.fixed, let amounts = padding.amounts else {
            let unit = constant("\(prefix)unit", padding.unit)
            add("\(prefix)size", "Shape", [image], ["start": .int(2)])
            add("\(prefix)over", "Mod", ["\(prefix)size", unit])
            add("\(prefix)short", "Sub", [unit, "\(prefix)over"])
            add("\(prefix)total", "Mod", ["\(prefix)short", unit])
            let two = constant("two", [2, 2, 2])
            let before = add("\(prefix)before", "Div", ["\(prefix)total", two])
            let behind = add("\(prefix)behind", "Sub", ["\(prefix)total", before])
            add("\(prefix)end", "Add", [before, "\(prefix)size"])
            let none = constant("none", [0, 0])
            let pads = add(
                "\(prefix)pads", "Concat", [none, before, none, behind], ["axis": .int(0)])
            return add("\(prefix)padded", "Pad", [image, pads], ["mode": .text("constant")])
        }
        let before = amounts.map(\.before)
        let pads = [0, 0] + before + [0, 0] + amounts.map(\.behind)
        _ = constant("\(prefix)before", before)
        _ = constant("\(prefix)end", zip(before, fixed).map { $0 + $1 })
        return add(
            "\(prefix)padded", "Pad", [image, constant("\(prefix)pads", pads)],
            ["mode": .text("constant")])
    }

    fileprivate mutating func crop(_ y: String, _ padding: Padding) -> String {
        guard !padding.isEmpty else { return y }
        let prefix = padding.prefix
        return add(
            "\(prefix)cropped", "Slice",
            [y, "\(prefix)before", "\(prefix)end", constant("axes", [2, 3, 4])])
    }
}
