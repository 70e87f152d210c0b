internal import CTorch

// MARK: - From Swift

extension Tensor {
    /// A CPU tensor with a copy of row-major elements.
    ///
    /// - Throws: ``TorchError/operation(_:)`` if the shape does not hold as many elements.
    public convenience init<Element: TensorElement>(
        _ elements: [Element], shape: [Int]
    ) throws(TorchError) {
        let handle = try elements.withUnsafeBufferPointer { elements throws(TorchError) in
            try Self.copying(UnsafeRawBufferPointer(elements), shape: shape, dtype: Element.dtype)
        }
        self.init(owning: handle)
    }

    /// A CPU tensor of rank 0.
    public convenience init<Element: TensorElement>(_ element: Element) throws(TorchError) {
        try self.init([element], shape: [])
    }

    /// A CPU tensor with a copy of the row-major elements of a buffer.
    public convenience init(
        copying bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType
    ) throws(TorchError) {
        self.init(owning: try Self.copying(bytes, shape: shape, dtype: dtype))
    }

    private static func copying(
        _ bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType
    ) throws(TorchError) -> ct_tensor {
        try checkSize(bytes.count, shape: shape, dtype: dtype)
        var handle = ct_tensor()
        try check(
            withShape(shape) { ct_tensor_copying(bytes.baseAddress, $0, dtype.code, &handle) })
        return handle
    }

    /// A CPU tensor over the row-major elements of a buffer, which is not copied and which `owner` keeps alive.
    ///
    /// Writing to the tensor writes to the buffer.
    public convenience init(
        borrowing bytes: UnsafeMutableRawBufferPointer, shape: [Int], dtype: DType,
        keptBy owner: AnyObject
    ) throws(TorchError) {
        try Self.checkSize(bytes.count, shape: shape, dtype: dtype)
        let retained = Unmanaged.passRetained(owner)
        var handle = ct_tensor()
        let status = withShape(shape) { shape in
            ct_tensor_adopting(
                bytes.baseAddress, shape, dtype.code,
                { context in context.map { Unmanaged<AnyObject>.fromOpaque($0).release() } },
                retained.toOpaque(), &handle)
        }
        do {
            try check(status)
        } catch {
            retained.release()
            throw error
        }
        self.init(owning: handle)
    }

    private static func checkSize(
        _ bytes: Int, shape: [Int], dtype: DType
    ) throws(TorchError) {
        var size = dtype.size
        for extent in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: extent)
            guard extent >= 0, !overflow else {
                throw .operation("tensor: \(shape) is no shape")
            }
            size = product
        }
        guard size == bytes else {
            throw .operation(
                "tensor: shape \(shape) of \(dtype) needs \(size) bytes, and \(bytes) are given")
        }
    }

    /// A tensor of equal elements; ``MemoryFormat/channelsLast`` needs rank 5.
    public static func full(
        _ shape: [Int], _ value: Double, dtype: DType = .float32, device: Device = .cpu,
        format: MemoryFormat = .contiguous
    ) throws(TorchError) -> Tensor {
        try produce { out in
            withShape(shape) {
                ct_tensor_full($0, value, dtype.code, device.code, format.code, out)
            }
        }
    }

    public static func zeros(
        _ shape: [Int], dtype: DType = .float32, device: Device = .cpu,
        format: MemoryFormat = .contiguous
    ) throws(TorchError) -> Tensor {
        try full(shape, 0, dtype: dtype, device: device, format: format)
    }

    /// Zeros with this tensor's shape, type, device and memory layout.
    public func zerosLike() throws(TorchError) -> Tensor {
        try map { ct_tensor_zeros_like($0, $1) }
    }

    public static func ones(
        _ shape: [Int], dtype: DType = .float32, device: Device = .cpu,
        format: MemoryFormat = .contiguous
    ) throws(TorchError) -> Tensor {
        try full(shape, 1, dtype: dtype, device: device, format: format)
    }
}

// MARK: - To Swift

extension Tensor {
    /// The elements, row-major, copied once from the tensor's device.
    ///
    /// - Throws: ``TorchError/operation(_:)`` if the element type is not the tensor's.
    public func array<Element: TensorElement>(
        of type: Element.Type = Element.self
    ) throws(TorchError) -> [Element] {
        guard dtype == Element.dtype else {
            throw .operation(
                "array: the tensor holds \(dtype), not \(Element.dtype); cast it first")
        }
        var failure: TorchError?
        let elements = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            do throws(TorchError) {
                try copy(to: UnsafeMutableRawBufferPointer(buffer))
                initialized = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return elements
    }

    /// Copies the elements, row-major, into a buffer of exactly their size.
    public func copy(to buffer: UnsafeMutableRawBufferPointer) throws(TorchError) {
        try withExtendedLifetime(self) { () throws(TorchError) in
            try check(ct_tensor_copy_out(handle, buffer.baseAddress, buffer.count))
        }
    }

    /// The only element of a tensor of one element, as `Double`.
    public func item() throws(TorchError) -> Double {
        guard count == 1 else {
            throw .operation("item: the tensor has \(count) elements, not one")
        }
        return try cast(to: .float64).array(of: Double.self)[0]
    }

    /// Lends the row-major elements, without a copy if they lie in that order on the CPU.
    public func withUnsafeBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        let source = try detached().moved(to: .cpu).laidOut(in: .contiguous)
        return try withExtendedLifetime(source) {
            try body(
                UnsafeRawBufferPointer(
                    start: ct_tensor_data(source.handle), count: source.count * dtype.size))
        }
    }
}

// MARK: - Other types, devices and layouts

extension Tensor {
    /// The elements as another type; differentiable between floating-point types.
    public func cast(to dtype: DType) throws(TorchError) -> Tensor {
        try map { ct_tensor_to_dtype($0, dtype.code, $1) }
    }

    public func moved(to device: Device) throws(TorchError) -> Tensor {
        try map { ct_tensor_to_device($0, device.code, $1) }
    }

    public func laidOut(in format: MemoryFormat) throws(TorchError) -> Tensor {
        try map { ct_tensor_to_format($0, format.code, $1) }
    }

    /// A copy that shares no memory with this tensor.
    public func copy() throws(TorchError) -> Tensor {
        try map { ct_tensor_clone($0, $1) }
    }

    /// Overwrites the elements with those of another tensor, broadcast and cast; not recorded for gradients.
    public func assign(_ source: Tensor) throws(TorchError) {
        try withExtendedLifetime((self, source)) { () throws(TorchError) in
            try check(ct_tensor_assign(handle, source.handle))
        }
    }
}
