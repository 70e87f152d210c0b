/// Which series of a folder is meant: by its Series Number or its Series Instance UID.
public enum DICOMSelection: Hashable, Sendable {
    case number(Int)
    case uid(String)

    /// Nil for what is neither a whole number nor a UID, which is numbers between dots.
    public init?(_ text: String) {
        let isUID = text.contains(".") && text.allSatisfy { $0 == "." || $0.isASCII && $0.isNumber }
        if let number = Int(text) {
            self = .number(number)
        } else if isUID {
            self = .uid(text)
        } else {
            return nil
        }
    }
}

extension DICOMSelection: CustomStringConvertible {
    public var description: String {
        switch self {
        case .number(let number): "\(number)"
        case .uid(let uid): uid
        }
    }
}
