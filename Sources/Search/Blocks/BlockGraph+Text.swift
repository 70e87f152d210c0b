extension BlockGraph: CustomStringConvertible {
    /// As the paper writes it: `{2,0,2}`.
    public var description: String {
        "{" + numbers.map(String.init).joined(separator: ",") + "}"
    }

    /// Reads a block as a person types it: `{2,0,2}` or `{2, 0, 2}`.
    public init(parsing text: String) throws(BlockGraphError) {
        let compact = text.filter { !$0.isWhitespace }
        guard compact.hasPrefix("{"), compact.hasSuffix("}") else { throw .syntax(text) }
        let parts = compact.dropFirst().dropLast().split(
            separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count else { throw .syntax(text) }
        try self.init(numbers)
    }
}

/// Why a list of operations is no block graph.
public enum BlockGraphError: Error, Hashable, Sendable {
    case syntax(String)
    case entryCount(Int)
    /// All numbers that stand for no operation.
    case operations([Int])
}

extension BlockGraphError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .syntax(let text):
            "\(quoted(text)) is no block; write its operations row by row, for example {2,0,2}"
        case .entryCount(let count):
            "a block does not have \(count) operations; 2, 3, 4, 5, 6 or 7 nodes have 1, 3, 6, 10, 15 or 21"
        case .operations(let numbers):
            "no operation is numbered \(numbers.map(String.init).joined(separator: " or ")); the numbers are 0 to 6"
        }
    }
}
