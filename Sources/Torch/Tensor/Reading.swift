internal import CTorch

/// A number that its device may still have to compute, to be read later.
///
/// A program that reads each number at once waits for a GPU, which then waits for the program.
public final class Reading {
    private let handle: ct_reading

    /// Begins to read the only element of a tensor of any shape.
    ///
    /// - Throws: ``TorchError/operation(_:)`` for a tensor of more or fewer elements.
    public init(_ tensor: Tensor) throws(TorchError) {
        var handle = ct_reading()
        try withExtendedLifetime(tensor) { () throws(TorchError) in
            try check(ct_reading_begin(tensor.handle, &handle))
        }
        self.handle = handle
    }

    deinit {
        ct_reading_release(handle)
    }

    /// Waits until the number is there.
    ///
    /// - Throws: ``TorchError`` if its device has failed meanwhile.
    public func value() throws(TorchError) -> Double {
        var value = 0.0
        try withExtendedLifetime(self) { () throws(TorchError) in
            try check(ct_reading_value(handle, &value))
        }
        return value
    }
}
