internal import SegNASExport
internal import SegNASTorch

/// Runs a graph of ONNX operators by the tensors of this program, as ONNX specifies them.
///
/// It knows the operators that `ONNXModel` is written with, and checks what was written independently of the network.
struct ONNXRunner {
    private let model: ONNXModel
    private let constants: [String: Value]

    /// Numbers in memory: shapes and amounts are known outside of tensors.
    fileprivate enum Value {
        case tensor(Tensor)
        case integers([Int])
    }

    init(_ model: ONNXModel) throws(TorchError) {
        self.model = model
        var constants: [String: Value] = [:]
        for constant in model.constants { constants[constant.name] = try Value(constant) }
        self.constants = constants
    }

    /// The output for an image `[N, C, D, H, W]`.
    func callAsFunction(_ image: Tensor) throws(TorchError) -> Tensor {
        try withoutGradients { () throws(TorchError) in
            var values = constants
            values[model.inputs[0].name] = .tensor(image)
            var uses: [String: Int] = [:]
            for input in model.nodes.flatMap(\.inputs) { uses[input, default: 0] += 1 }
            for node in model.nodes {
                values[node.name] = try Call(node: node, values: values).result()
                for input in node.inputs {
                    uses[input, default: 0] -= 1
                    if uses[input] == 0 { values[input] = nil }
                }
            }
            guard case .tensor(let output) = values[model.outputs[0].name] else {
                throw .operation("the graph does not compute \(model.outputs[0].name)")
            }
            return output
        }
    }

    /// An operator with its inputs.
    private struct Call {
        let node: ONNXModel.Node
        let values: [String: Value]

        private func fault(_ what: String) -> TorchError {
            .operation("\(node.operation) \(node.name): \(what)")
        }

        private func has(_ index: Int) -> Bool {
            index < node.inputs.count && !node.inputs[index].isEmpty
        }

        private func tensor(_ index: Int) throws(TorchError) -> Tensor {
            guard has(index), case .tensor(let x) = values[node.inputs[index]] else {
                throw fault("input \(index) is no tensor")
            }
            return x
        }

        private func integers(_ index: Int) throws(TorchError) -> [Int] {
            guard has(index), case .integers(let numbers) = values[node.inputs[index]] else {
                throw fault("input \(index) is no list of integers")
            }
            return numbers
        }

        private func ints(_ name: String) throws(TorchError) -> [Int] {
            guard case .ints(let numbers) = node.attributes[name] else {
                throw fault("\(name) is missing")
            }
            return numbers
        }

        private func int(_ name: String) throws(TorchError) -> Int {
            guard case .int(let number) = node.attributes[name] else {
                throw fault("\(name) is missing")
            }
            return number
        }

        private func float(_ name: String) throws(TorchError) -> Double {
            guard case .float(let number) = node.attributes[name] else {
                throw fault("\(name) is missing")
            }
            return Double(number)
        }

        private func extent(_ name: String) throws(TorchError) -> Extent {
            let axes = try ints(name)
            guard axes.count == 3 else { throw fault("\(name) is not of three axes") }
            return Extent(axes[0], axes[1], axes[2])
        }

        func result() throws(TorchError) -> Value {
            if let numbers = try integers() { return .integers(numbers) }
            return .tensor(try tensor())
        }

        /// The result of what computes shapes; nil for all else.
        private func integers() throws(TorchError) -> [Int]? {
            func pairs(_ body: (Int, Int) -> Int) throws(TorchError) -> [Int]? {
                let (a, b) = (try integers(0), try integers(1))
                guard a.count == b.count else { throw fault("lists of different lengths") }
                return zip(a, b).map(body)
            }
            switch node.operation {
            case "Shape": return Array(try tensor(0).shape.dropFirst(try int("start")))
            case "Mod": return try pairs(%)
            case "Sub": return try pairs(-)
            case "Div": return try pairs(/)
            case "Add":
                guard case .integers = values[node.inputs[0]] else { return nil }
                return try pairs(+)
            case "Concat":
                guard case .integers = values[node.inputs[0]] else { return nil }
                var joined: [Int] = []
                for index in node.inputs.indices { joined += try integers(index) }
                return joined
            default: return nil
            }
        }

        private func tensor() throws(TorchError) -> Tensor {
            switch node.operation {
            case "Conv", "ConvTranspose": return try convolved()
            case "InstanceNormalization":
                return try tensor(0).instanceNorm(
                    weight: tensor(1), bias: tensor(2), epsilon: float("epsilon"))
            case "Relu": return try tensor(0).relu()
            case "LeakyRelu":
                let slope = try float("alpha")
                return try tensor(0).prelu(weight: .full([tensor(0).shape[1]], slope))
            case "PRelu":
                let slopes = try tensor(1)
                return try tensor(0).prelu(weight: slopes.reshaped(to: [slopes.shape[0]]))
            case "Add": return try tensor(0) + tensor(1)
            case "Mul": return try tensor(0) * tensor(1)
            case "Concat":
                var inputs: [Tensor] = []
                for index in node.inputs.indices { inputs.append(try tensor(index)) }
                return try .concatenated(inputs, along: int("axis"))
            case "MaxPool":
                return try tensor(0).maxPool3D(
                    size: extent("kernel_shape"), stride: extent("strides"))
            case "AveragePool": return try tensor(0).averagePool3D(size: extent("kernel_shape"))
            case "Resize": return try enlarged()
            case "Pad": return try padded()
            case "Slice": return try sliced()
            default: return try output()
            }
        }

        private func output() throws(TorchError) -> Tensor {
            switch node.operation {
            case "Identity": return try tensor(0)
            case "Softmax": return try tensor(0).softmax(along: int("axis"))
            case "Sigmoid": return try tensor(0).sigmoid()
            case "ArgMax": return try tensor(0).argmax(along: int("axis"), keepDimension: true)
            case "Cast": return try tensor(0).cast(to: .uint8)
            case "Greater": return try tensor(0).compare(.greater, tensor(1).item())
            case "Where":
                let (inside, value, other) = (try tensor(0), try tensor(1), try tensor(2))
                return try other.expanded(to: inside.shape)
                    .replaced(where: inside, with: value.expanded(to: inside.shape))
            case "Gather": return try gathered()
            default: throw fault("the operator is unknown")
            }
        }

        private func convolved() throws(TorchError) -> Tensor {
            let pads = try ints("pads")
            guard Array(pads.prefix(3)) == Array(pads.suffix(3)) else {
                throw fault("the padding differs before and behind")
            }
            let window = ConvolutionWindow(
                stride: try extent("strides"), padding: Extent(pads[0], pads[1], pads[2]),
                dilation: try extent("dilations"))
            let bias = has(2) ? try tensor(2) : nil
            return node.operation == "Conv"
                ? try tensor(0).conv3D(weight: tensor(1), bias: bias, window: window)
                : try tensor(0).convTranspose3D(weight: tensor(1), bias: bias, window: window)
        }

        private func enlarged() throws(TorchError) -> Tensor {
            let scales = try tensor(2).array(of: Float.self)
            guard scales.prefix(2) == [1, 1], scales.count == 5 else {
                throw fault("channels are enlarged")
            }
            return try tensor(0).upsampled(
                by: Extent(Int(scales[2]), Int(scales[3]), Int(scales[4])))
        }

        private func padded() throws(TorchError) -> Tensor {
            let (x, pads) = (try tensor(0), try integers(1))
            guard pads.count == 10, pads[0] + pads[1] + pads[5] + pads[6] == 0 else {
                throw fault("channels are padded")
            }
            return try x.padded((2..<5).map { (pads[$0], pads[$0 + 5]) })
        }

        private func sliced() throws(TorchError) -> Tensor {
            var y = try tensor(0)
            let (starts, ends, axes) = (try integers(1), try integers(2), try integers(3))
            guard starts.count == axes.count, ends.count == axes.count else {
                throw fault("lists of different lengths")
            }
            for (index, axis) in axes.enumerated() {
                y = try y.sliced(starts[index]..<ends[index], along: axis)
            }
            return y
        }

        /// A channel, or the values of classes.
        private func gathered() throws(TorchError) -> Tensor {
            let axis = try int("axis")
            if axis == 1 {
                let channel = try integers(1)[0]
                return try tensor(0).sliced(channel..<channel + 1, along: 1)
            }
            let (table, index) = (try tensor(0), try tensor(1))
            let values = try table.gathered(index.reshaped(to: [index.count]), along: 0)
            return try values.reshaped(to: index.shape)
        }
    }
}

extension ONNXRunner.Value {
    fileprivate init(_ constant: ONNXModel.Constant) throws(TorchError) {
        func numbers<Number: FixedWidthInteger>(_ type: Number.Type) -> [Int] {
            constant.bytes.withUnsafeBytes { Array($0.bindMemory(to: type)) }.map { Int($0) }
        }
        switch constant.type {
        case .int64: self = .integers(numbers(Int64.self))
        // Tensors have no integers of 32 bits.
        case .int32:
            self = .tensor(
                try Tensor(numbers(Int32.self).map { Int64($0) }, shape: constant.shape))
        case .uint8: self = .tensor(try Tensor(constant.bytes, shape: constant.shape))
        case .float32:
            let values = constant.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
            self = .tensor(try Tensor(values, shape: constant.shape))
        }
    }
}
