internal import SegNASHost

/// A model in the ONNX format: operator set 17, intermediate representation 8.
///
/// Field numbers are those of `onnx.proto3`: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3.
package struct ONNXModel: Hashable, Sendable {
    package var nodes: [Node] = []
    package var constants: [Constant] = []
    package var inputs: [Port] = []
    package var outputs: [Port] = []
    package var metadata: [String: String] = [:]
    /// The program that wrote it.
    package var producer = ""

    static let operatorSet = 17
    static let representation = 8

    /// A call of an operator; its result has its name.
    package struct Node: Hashable, Sendable {
        package var name: String
        package var operation: String
        /// Names of results, constants and inputs; an empty one is left out.
        package var inputs: [String]
        package var attributes: [String: Attribute] = [:]
    }

    package enum Attribute: Hashable, Sendable {
        case int(Int)
        case ints([Int])
        case float(Float)
        case text(String)
    }

    package enum ElementType: Int, Sendable {
        case float32 = 1
        case uint8 = 2
        case int32 = 6
        case int64 = 7
    }

    /// Numbers that belong to the model; bytes are little-endian and row-major.
    package struct Constant: Hashable, Sendable {
        package var name: String
        package var shape: [Int]
        package var type: ElementType
        package var bytes: [UInt8]
    }

    /// An input or an output; extents are numbers or names.
    package struct Port: Hashable, Sendable {
        package var name: String
        package var type: ElementType
        package var shape: [String]
    }
}

// MARK: - Writing

extension ONNXModel {
    /// The bytes of the file.
    package func encoded() -> [UInt8] {
        var model = ProtobufWriter()
        model.add(1, Self.representation)
        model.add(2, "segnas3d")
        model.add(3, producer)
        model.add(5, 1)
        model.message(7) { graph in
            for node in nodes { graph.message(1, node.write) }
            graph.add(2, "segnas3d")
            for constant in constants { graph.message(5, constant.write) }
            for input in inputs { graph.message(11, input.write) }
            for output in outputs { graph.message(12, output.write) }
        }
        model.message(8) {
            $0.add(1, "")
            $0.add(2, Self.operatorSet)
        }
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            model.message(14) {
                $0.add(1, key)
                $0.add(2, value)
            }
        }
        return model.bytes
    }
}

extension ONNXModel.Node {
    fileprivate func write(to node: inout ProtobufWriter) {
        for input in inputs { node.add(1, input) }
        node.add(2, name)
        node.add(3, name)
        node.add(4, operation)
        for (key, value) in attributes.sorted(by: { $0.key < $1.key }) {
            node.message(5) { attribute in
                attribute.add(1, key)
                value.write(to: &attribute)
            }
        }
    }
}

extension ONNXModel.Attribute {
    fileprivate func write(to attribute: inout ProtobufWriter) {
        switch self {
        case .float(let number):
            attribute.add(2, number)
            attribute.add(20, 1)
        case .int(let number):
            attribute.add(3, number)
            attribute.add(20, 2)
        case .text(let text):
            attribute.add(4, text)
            attribute.add(20, 3)
        case .ints(let numbers):
            attribute.add(8, numbers)
            attribute.add(20, 7)
        }
    }
}

extension ONNXModel.Constant {
    fileprivate func write(to tensor: inout ProtobufWriter) {
        tensor.add(1, shape)
        tensor.add(2, type.rawValue)
        tensor.add(8, name)
        tensor.add(9, bytes)
    }
}

extension ONNXModel.Port {
    fileprivate func write(to info: inout ProtobufWriter) {
        info.add(1, name)
        info.message(2) { type in
            type.message(1) { tensor in
                tensor.add(1, self.type.rawValue)
                tensor.message(2) { shape in
                    for extent in self.shape {
                        shape.message(1) { dimension in
                            if let number = Int(extent) {
                                dimension.add(1, number)
                            } else {
                                dimension.add(2, extent)
                            }
                        }
                    }
                }
            }
        }
    }
}
