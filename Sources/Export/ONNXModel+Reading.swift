extension ONNXModel {
    /// Reads what ``encoded()`` writes; a file of another program may hold what this does not know.
    ///
    /// - Throws: ``ProtocolBufferError``
    package init(decoding bytes: [UInt8]) throws {
        var names: [String] = []
        try ProtocolField.each(of: bytes[...]) { field, value in
            switch field {
            case 3: producer = try value.text
            case 7: try readGraph(value.content)
            case 14:
                let entry = try Self.entry(value.content)
                metadata[entry.key] = entry.value
                names.append(entry.key)
            default: break
            }
        }
        guard names.count == metadata.count else { throw ProtocolBufferError() }
    }

    private mutating func readGraph(_ message: ArraySlice<UInt8>) throws {
        try ProtocolField.each(of: message) { field, value in
            switch field {
            case 1: nodes.append(try Node(value.content))
            case 5: constants.append(try Constant(value.content))
            case 11: inputs.append(try Port(value.content))
            case 12: outputs.append(try Port(value.content))
            default: break
            }
        }
    }

    private static func entry(
        _ message: ArraySlice<UInt8>
    ) throws -> (key: String, value: String) {
        var (key, text) = ("", "")
        try ProtocolField.each(of: message) { field, value in
            if field == 1 { key = try value.text } else { text = try value.text }
        }
        return (key, text)
    }
}

extension ONNXModel.Node {
    fileprivate init(_ message: ArraySlice<UInt8>) throws {
        self.init(name: "", operation: "", inputs: [])
        try ProtocolField.each(of: message) { field, value in
            switch field {
            case 1: inputs.append(try value.text)
            case 2: name = try value.text
            case 4: operation = try value.text
            case 5:
                let (key, attribute) = try Self.attribute(value.content)
                attributes[key] = attribute
            default: break
            }
        }
    }

    private static func attribute(
        _ message: ArraySlice<UInt8>
    ) throws -> (String, ONNXModel.Attribute) {
        var key = ""
        var found: ONNXModel.Attribute?
        try ProtocolField.each(of: message) { field, value in
            switch field {
            case 1: key = try value.text
            case 2: found = .float(try value.float)
            case 3: found = .int(try value.int)
            case 4: found = .text(try value.text)
            case 8: found = .ints(try value.ints)
            default: break
            }
        }
        guard let found else { throw ProtocolBufferError() }
        return (key, found)
    }
}

extension ONNXModel.Constant {
    fileprivate init(_ message: ArraySlice<UInt8>) throws {
        self.init(name: "", shape: [], type: .float32, bytes: [])
        try ProtocolField.each(of: message) { field, value in
            switch field {
            case 1: shape += try value.ints
            case 2: type = try ONNXModel.ElementType(code: value.int)
            case 8: name = try value.text
            case 9: bytes = Array(try value.content)
            default: break
            }
        }
    }
}

extension ONNXModel.ElementType {
    fileprivate init(code: Int) throws {
        guard let type = Self(rawValue: code) else { throw ProtocolBufferError() }
        self = type
    }
}

extension ONNXModel.Port {
    fileprivate init(_ message: ArraySlice<UInt8>) throws {
        self.init(name: "", type: .float32, shape: [])
        try ProtocolField.each(of: message) { field, value in
            if field == 1 {
                name = try value.text
            } else if field == 2 {
                try ProtocolField.each(of: value.content) { _, tensor in
                    try readTensor(tensor.content)
                }
            }
        }
    }

    private mutating func readTensor(_ message: ArraySlice<UInt8>) throws {
        try ProtocolField.each(of: message) { field, value in
            if field == 1 {
                type = try ONNXModel.ElementType(code: value.int)
            } else {
                try ProtocolField.each(of: value.content) { _, dimension in
                    try ProtocolField.each(of: dimension.content) { kind, extent in
                        shape.append(kind == 1 ? "\(try extent.int)" : try extent.text)
                    }
                }
            }
        }
    }
}
