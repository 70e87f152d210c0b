internal import CTorch

/// An operation with random inputs.
struct CheckedOperation: Sendable {
    let name: String
    /// The types that are tested.
    var types: [DType] = [.float32, .bfloat16]
    /// Shapes of inputs `[N, C, D, H, W]` that have the type under test.
    var maps: [[Int]] = [[2, 8, 6, 6, 6]]
    /// Shapes of parameters, which are float32 but no finer than the type under test, to which some are rounded.
    var parameters: [[Int]] = []
    /// The order of the maps in memory.
    var format = MemoryFormat.channelsLast
    let body: @Sendable (Inputs) throws(TorchError) -> [Tensor]

    /// The inputs on a device, leaves that require gradients.
    struct Inputs {
        let maps: [Tensor]
        let parameters: [Tensor]
        let device: Device
        /// The type of the maps; float64 for what is compared with.
        let dtype: DType

        var x: Tensor { maps[0] }
        /// Parameters in the type of the maps.
        func weight(_ index: Int = 0) throws(TorchError) -> Tensor {
            try parameters[index].cast(to: dtype)
        }
    }

    /// The elements of the results and of all gradients.
    ///
    /// - Parameters:
    ///   - rounding: The type to whose precision the inputs are rounded.
    ///   - dtype: The type in which is computed.
    ///   - device: The device that computes.
    /// - Returns: The elements of each tensor.
    /// - Throws: ``TorchError`` if the device cannot compute it.
    func results(
        of rounding: DType, in dtype: DType, on device: Device
    ) throws(TorchError) -> [[Double]] {
        let isExact = dtype == .float64
        let maps = try leaves(maps, from: 0) { values throws(TorchError) in
            try values.cast(to: rounding).cast(to: dtype).moved(to: device)
                .laidOut(in: format)
        }
        let parameters = try leaves(parameters, from: 100) { values throws(TorchError) in
            try values.cast(to: rounding).cast(to: isExact ? .float64 : .float32)
                .moved(to: device)
        }
        let results = try body(
            Inputs(maps: maps, parameters: parameters, device: device, dtype: dtype))
        var total: Tensor?
        for (index, result) in results.enumerated() where result.requiresGradient {
            let exact = try result.cast(to: isExact ? .float64 : .float32)
            let seed = try Self.random(result.shape, seed: UInt64(200 + index))
                .cast(to: exact.dtype).moved(to: device)
            let sum = try (exact * seed).sum()
            total = try total.map { other throws(TorchError) in try other + sum } ?? sum
        }
        try total?.backward()
        var tensors = results
        for leaf in maps + parameters {
            if let gradient = try leaf.gradient { tensors.append(gradient) }
        }
        return try tensors.map { tensor throws(TorchError) in
            try tensor.detached().cast(to: .float64).array(of: Double.self)
        }
    }

    private func leaves(
        _ shapes: [[Int]], from seed: Int, _ place: (Tensor) throws(TorchError) -> Tensor
    ) throws(TorchError) -> [Tensor] {
        try shapes.enumerated().map { index, shape throws(TorchError) in
            let leaf = try place(Self.random(shape, seed: UInt64(seed + index)))
            try leaf.setRequiresGradient(true)
            return leaf
        }
    }

    /// Values drawn from N(0, 1).
    static func random(_ shape: [Int], seed: UInt64) throws(TorchError) -> Tensor {
        try produce { out in withShape(shape) { ct_normal($0, 1, seed, out) } }
    }
}
