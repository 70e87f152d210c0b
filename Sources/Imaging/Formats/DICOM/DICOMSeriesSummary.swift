internal import SegNASHost

/// A summary by which a user recognises a series; without anything about the patient.
public struct DICOMSeriesSummary: Equatable, Sendable {
    /// Series Instance UID; of images with a series each, that of the first.
    public var uid: String
    /// Series Number.
    public var number: Int?
    /// Series Description.
    public var name: String?
    public var modality: String?
    public var imageCount: Int
    /// True if these are slices above each other, not a localizer, a screenshot or a single image.
    public var isStack: Bool

    /// The name of the series in a command: its number, if no other has the same.
    func selection(among all: [DICOMSeriesSummary]) -> DICOMSelection {
        guard let number, all.filter({ $0.number == number }).count == 1 else { return .uid(uid) }
        return .number(number)
    }
}

extension DICOMSeriesSummary {
    /// Such as `3 (CT “Thorax 1.0”, 120 images)`.
    func words(among all: [DICOMSeriesSummary]) -> String {
        let quoted = name.map { "“\($0.shown)”" }
        let kind = [modality?.shown, quoted].compactMap { $0 }.joined(separator: " ")
        let count = imageCount == 1 ? "1 image" : "\(imageCount) images"
        let details = kind.isEmpty ? count : "\(kind), \(count)"
        return "\(selection(among: all)) (\(details))"
    }
}

extension [DICOMSeriesSummary] {
    /// The first of them, in one line.
    func words(among all: [DICOMSeriesSummary]? = nil, maximum: Int = 12) -> String {
        let shown = prefix(maximum).map { $0.words(among: all ?? self) }
        return shown.joined(separator: "; ") + (count > shown.count ? "; …" : "")
    }
}

/// The selection of a series of a folder by its Series Number or its Series Instance UID.
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
