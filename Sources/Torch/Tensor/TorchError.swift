internal import CTorch
public import SegNASHost

/// An error of an operation on tensors.
public enum TorchError: Error, Equatable, Sendable {
    /// Memory does not suffice. In a search this is a result, not an accident.
    case outOfMemory(AllocationFailure)
    /// Shapes, types or devices do not fit together; one sentence that names the operation.
    case operation(String)
}

/// An allocation that was refused, with the state of memory at that moment.
public struct AllocationFailure: Equatable, Sendable {
    /// Bytes asked for; nil if unknown.
    public var requested: ByteCount?
    /// Bytes of tensors in use; nil if unknown.
    public var inUse: ByteCount?
    /// The limit of bytes of tensors; nil if unknown, or if there is none.
    public var limit: ByteCount?

    public init(requested: ByteCount?, inUse: ByteCount?, limit: ByteCount?) {
        self.requested = requested
        self.inUse = inUse
        self.limit = limit
    }
}

extension TorchError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .operation(let sentence): sentence
        case .outOfMemory(let shortage): shortage.description
        }
    }
}

extension AllocationFailure: CustomStringConvertible {
    public var description: String {
        guard let requested, let inUse else { return "out of memory" }
        let sentence = "out of memory: \(requested) more were needed, with \(inUse) in use"
        guard let limit else { return sentence }
        return sentence + " of at most \(limit)"
    }
}

/// Throws the error that a function of the C interface reported.
func check(_ status: ct_status) throws(TorchError) {
    switch status {
    case .CT_OK: return
    case .CT_ERROR: throw .operation(String(cString: ct_last_message()))
    case .CT_OUT_OF_MEMORY: throw .outOfMemory(AllocationFailure(ct_last_shortage()))
    }
}

extension AllocationFailure {
    /// The C interface writes 0 for "not known" and the largest number for "no limit".
    init(_ shortage: ct_shortage) {
        let isKnown = shortage.requested > 0
        requested = isKnown ? ByteCount(shortage.requested) : nil
        inUse = isKnown ? ByteCount(shortage.in_use) : nil
        limit = isKnown && shortage.limit < .max ? ByteCount(shortage.limit) : nil
    }
}
