internal import SegNASSearch

/// A network as the source of a TorchScript module's `forward`, and the numbers that it reads.
package struct TorchScriptSource: Sendable {
    /// The method `forward(self, image: Tensor) -> Tensor`.
    package private(set) var text = ""
    /// Buffers of the module, in the order in which they are registered.
    package private(set) var floats: [(name: String, array: FloatArray)] = []
    /// Values of label maps: a byte each where all fit, else 64 bits.
    package private(set) var labels: [(name: String, values: [Int])] = []
    private var count = 0

    package init(_ subject: ExportSubject) {
        line("def forward(self, image: Tensor) -> Tensor:", indent: 0)
        let scores = subject.members.map { add($0) }
        addOutput(scores, of: subject)
    }

    private mutating func line(_ content: String, indent: Int = 1) {
        text += String(repeating: "    ", count: indent) + content + "\n"
    }

    /// Gives a value a name.
    private mutating func bind(_ expression: String) -> String {
        count += 1
        line("v\(count) = \(expression)")
        return "v\(count)"
    }

    private mutating func buffer(_ array: FloatArray) -> String {
        floats.append(("w\(floats.count)", array))
        return "self.w\(floats.count - 1)"
    }

    private mutating func buffer(labels values: [Int]) -> String {
        labels.append(("l\(labels.count)", values))
        return "self.l\(labels.count - 1)"
    }

    // MARK: - A network

    /// Adds a network, and returns the name of its scores, which have the image's size.
    private mutating func add(_ member: ExportSubject.Member) -> String {
        let graph = member.graph
        let unit = graph.unit.zyx
        for (axis, letter) in ["d", "h", "w"].enumerated() {
            line("\(letter) = image.size(\(axis + 2))")
            line("p\(letter) = (\(unit[axis]) - \(letter) % \(unit[axis])) % \(unit[axis])")
            line("b\(letter) = p\(letter) // 2")
        }
        let image = bind(
            "torch.constant_pad_nd(image, [bw, pw - bw, bh, ph - bh, bd, pd - bd])")
        let scores = graph.named(image) { step, inputs in
            add(step.operation, inputs, member.weights)
        }
        return bind("\(scores)[:, :, bd : bd + d, bh : bh + h, bw : bw + w]")
    }

    private mutating func add(
        _ operation: NetworkGraph.Operation, _ inputs: [String], _ weights: NetworkWeights
    ) -> String {
        let x = inputs[0]
        switch operation {
        case .layer(let layer): return add(layer, x, weights)
        case .sum: return bind(inputs.joined(separator: " + "))
        case .concatenation: return bind("torch.cat([\(inputs.joined(separator: ", "))], 1)")
        case .maxPooling(let stride): return bind("torch.max_pool3d(\(x), \(stride.zyx))")
        case .averagePooling(let stride):
            return bind("torch.avg_pool3d(\(x), \(stride.zyx), \(stride.zyx))")
        case .enlargement(let factor):
            let factors = factor.zyx.map { Double($0) }
            return bind("torch.upsample_nearest3d(\(x), None, \(factors))")
        case .repetition(let channels, let count):
            let copies = Array(repeating: x, count: (channels + count - 1) / count)
            return bind("torch.cat([\(copies.joined(separator: ", "))], 1)[:, :\(channels)]")
        case .activation(let layer): return activate(x, layer, weights)
        }
    }

    private mutating func add(
        _ layer: LayerPlan, _ x: String, _ weights: NetworkWeights
    ) -> String {
        let numbers = LayerNumbers(layer, weights)
        let kernel = buffer(numbers.kernel)
        let bias = numbers.bias.map { buffer($0) } ?? "None"
        let dilation = Array(repeating: layer.dilation, count: 3)
        var y =
            layer.isTransposed
            ? bind(
                "torch.conv_transpose3d(\(x), \(kernel), \(bias), \(layer.stride.zyx), "
                    + "[0, 0, 0], [0, 0, 0], 1, \(dilation))")
            : bind(
                "torch.conv3d(\(x), \(kernel), \(bias), \(layer.stride.zyx), "
                    + "\(layer.padding.zyx), \(dilation), 1)")
        if let scale = numbers.scale, let shift = numbers.shift {
            let (scale, shift) = (buffer(scale), buffer(shift))
            y = bind(
                "torch.instance_norm(\(y), \(scale), \(shift), None, None, True, 0.1, "
                    + "\(NetworkGraph.epsilon), False)")
        }
        return activate(y, layer, weights)
    }

    private mutating func activate(
        _ y: String, _ layer: LayerPlan, _ weights: NetworkWeights
    ) -> String {
        switch layer.activation {
        case .none: return y
        case .relu: return bind("torch.relu(\(y))")
        case .leakyReLU: return bind("torch.leaky_relu(\(y), \(NetworkGraph.leakySlope))")
        case .prelu:
            let slopes = buffer(weights.slopes(layer))
            return bind("torch.prelu(\(y), \(slopes))")
        }
    }

    // MARK: - Outputs

    private mutating func addOutput(_ scores: [String], of subject: ExportSubject) {
        let isMean = scores.count > 1
        let y =
            switch subject.output {
            case .scores: scores[0]
            case .labels where !isMean: scores[0]
            default: probabilities(scores, of: subject)
            }
        guard subject.output == .labels else { return line("return \(y)") }
        switch subject.rule {
        case .mostProbable(let values):
            let table = buffer(labels: values)
            line("return \(table)[torch.argmax(\(y), 1, True)]")
        case .painted(let values, let background):
            var painted = buffer(labels: [background])
            for (index, value) in values.enumerated() {
                let painting = buffer(labels: [value])
                let inside = "\(y)[:, \(index) : \(index + 1)] > \(isMean ? 0.5 : 0.0)"
                painted = bind("torch.where(\(inside), \(painting), \(painted))")
            }
            line("return \(painted)")
        }
    }

    private mutating func probabilities(
        _ scores: [String], of subject: ExportSubject
    ) -> String {
        var parts: [String] = []
        for (index, scores) in scores.enumerated() {
            let single: String
            switch subject.rule {
            case .mostProbable: single = bind("torch.softmax(\(scores), 1)")
            case .painted: single = bind("torch.sigmoid(\(scores))")
            }
            parts.append(
                subject.members.count > 1
                    ? bind("\(single) * \(subject.members[index].share)") : single)
        }
        return parts.count == 1 ? parts[0] : bind(parts.joined(separator: " + "))
    }
}
