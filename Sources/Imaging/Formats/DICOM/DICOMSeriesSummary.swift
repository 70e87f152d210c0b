internal import SegNASHost

/// What a user knows a series by; nothing of the patient.
public struct DICOMSeriesSummary: Equatable, Sendable {
    /// Series Instance UID; of images with a series each, that of the first.
    public var uid: String
    /// Series Number.
    public var number: Int?
    /// Series Description.
    public var name: String?
    public var modality: String?
    public var imageCount: Int
    /// Whether these are slices above each other, not a localizer, a screenshot or a single image.
    public var isStack: Bool

    /// How the series is named in a command; its number, where no other has the same.
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
    func words(among all: [DICOMSeriesSummary]? = nil, most: Int = 12) -> String {
        let shown = prefix(most).map { $0.words(among: all ?? self) }
        return shown.joined(separator: "; ") + (count > shown.count ? "; …" : "")
    }
}
