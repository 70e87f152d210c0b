/// The pairing of the names of images and label maps: the case of each file.
///
/// Names need not be equal: `a_0000` goes with `a`, `c0_orig` with `c0_labeledMasks`, `img0001` with `label0001`.
/// For each file there are several readings of its name, the likeliest first; those count that images and label maps
/// have in common.
struct NamePairing {
    private var caseOfLabel: [ImageFileName: String] = [:]
    private var caseOfImage: [ImageFileName: (identifier: String, channel: CaseChannel)] = [:]

    /// Digits at the end of images number channels as `isNumbered` says, or where label maps say it.
    init(images: [ImageFileName], labels: [ImageFileName], isNumbered: Bool? = nil) {
        var ranks: [String: Int] = [:]
        for image in images {
            for (rank, reading) in Self.readings(ofImage: image).enumerated() {
                ranks[reading.identifier] = min(rank, ranks[reading.identifier] ?? rank)
            }
        }
        for label in labels {
            let readings = Self.readings(ofLabel: label).enumerated().filter {
                ranks[$0.element] != nil
            }
            let best = readings.min {
                $0.offset + (ranks[$0.element] ?? 0) < $1.offset + (ranks[$1.element] ?? 0)
            }
            caseOfLabel[label] = best?.element ?? label.stem
        }
        let cases = Set(caseOfLabel.values)
        let matched = images.map { image in
            Self.readings(ofImage: image).first { cases.contains($0.identifier) }
        }
        let areNumbered = isNumbered ?? matched.contains { $0?.channel.isNumber == true }
        for (image, match) in zip(images, matched) {
            caseOfImage[image] =
                match ?? Self.alone(image, isNumbered: areNumbered, like: matched)
        }
    }

    /// The first image and label map that belong together, as `a.nii with b.nii`; nil if there are none.
    ///
    /// Their names differ in more than the number of a channel, if they must be unlike.
    func example(unlike: Bool) -> String? {
        let images = Dictionary(grouping: caseOfImage.keys) { caseOfImage[$0]?.identifier ?? "" }
        for label in caseOfLabel.keys.sorted(by: { $0.name < $1.name }) {
            let identifier = identifier(ofLabel: label)
            guard let image = images[identifier]?.min(by: { $0.name < $1.name }) else { continue }
            let isNumbered = caseOfImage[image]?.channel.isNumber == true
            let isLike =
                label.stem == identifier && (isNumbered || image.stem == identifier)
            if !unlike || !isLike { return "\(image.name) with \(label.name)" }
        }
        return nil
    }

    func identifier(ofLabel label: ImageFileName) -> String { caseOfLabel[label] ?? label.stem }

    func identifier(ofImage image: ImageFileName) -> (identifier: String, channel: CaseChannel) {
        caseOfImage[image] ?? (image.stem, .whole)
    }

    private typealias Reading = (identifier: String, channel: CaseChannel)

    private static func readings(ofImage image: ImageFileName) -> [Reading] {
        var readings: [Reading] = [(image.stem, .whole)]
        if let (identifier, index) = image.channel { readings.append((identifier, .number(index))) }
        for (stem, channel) in readings {
            if let plain = stem.without(NameWords.images) { readings.append((plain.rest, channel)) }
        }
        for (stem, channel) in readings where channel == .whole {
            if let named = stem.without(NameWords.channels) {
                readings.append((named.rest, .name(named.word.lowercased())))
            }
        }
        return readings.filter { !$0.identifier.isEmpty }
    }

    private static func readings(ofLabel label: ImageFileName) -> [String] {
        var readings = [label.stem]
        if let plain = label.stem.without(NameWords.labels) { readings.append(plain.rest) }
        for stem in readings {
            let name = ImageFileName(stem: stem, ending: label.ending)
            if let channel = name.channel, channel.index == 0 {
                readings.append(channel.identifier)
            }
            if let plain = stem.without(NameWords.images) { readings.append(plain.rest) }
        }
        return readings.filter { !$0.isEmpty }
    }

    /// The case of an image without a label map: named as those with one are.
    private static func alone(
        _ image: ImageFileName, isNumbered: Bool, like matched: [Reading?]
    ) -> Reading {
        if isNumbered, let (identifier, index) = image.channel, index < NumberedChannels.limit {
            return (identifier, .number(index))
        }
        let names = Set(matched.compactMap { $0?.channel.name })
        if let named = image.stem.without(NameWords.channels),
            names.contains(named.word.lowercased())
        {
            return (named.rest, .name(named.word.lowercased()))
        }
        return (image.stem, .whole)
    }
}

/// The part of a case's image that a file holds.
public enum CaseChannel: Hashable, Comparable, Sendable {
    /// All channels.
    case whole
    case number(Int)
    case name(String)

    var isNumber: Bool {
        if case .number = self { true } else { false }
    }

    var name: String? {
        if case .name(let name) = self { name } else { nil }
    }

    /// The channel in a sentence.
    var words: String {
        switch self {
        case .whole: "0"
        case .number(let number): "\(number)"
        case .name(let name): name
        }
    }

    /// The text that files of this channel have behind the name of the case.
    var ending: String {
        switch self {
        case .whole: ""
        case .number(let number): "…_\(channelDigits(number))"
        case .name(let name): "…\(name)"
        }
    }
}

/// A guess which of many names was meant by one that is not among them.
enum NameGuess {
    /// The name that shares most letters at its beginning and its end; nil if none or several share as many.
    static func nearest(to name: String, among names: [String]) -> String? {
        let scores = names.map { score(name, $0) }
        guard let best = scores.max(), best > 0, scores.count(where: { $0 == best }) == 1 else {
            return nil
        }
        return scores.firstIndex(of: best).map { names[$0] }
    }

    /// 0 for names with other numbers: these are other cases.
    private static func score(_ first: String, _ second: String) -> Int {
        let first = Array(first.lowercased())
        let second = Array(second.lowercased())
        guard first.filter(\.isNumber) == second.filter(\.isNumber) else { return 0 }
        let shared = zip(first, second).prefix { $0 == $1 }.count
        let ended = zip(first.reversed(), second.reversed()).prefix { $0 == $1 }.count
        return min(shared + ended, first.count, second.count)
    }
}
