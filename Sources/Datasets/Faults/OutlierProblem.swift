internal import SegNASHost

/// Values of a case that are unlike those of the others, though its own files are sound.
public enum OutlierProblem: Equatable, Sendable {
    /// All values are higher than those of most cases by this much.
    case shifted(Comparison, by: Double)
    /// All values are larger than those of most cases by this factor.
    case stretched(Comparison, by: Double)
    /// No value is negative, while most cases have Hounsfield units.
    case notHounsfield(Comparison)
    case unusualValues(Comparison)
    case swappedChannels(String, String)
    /// A channel of this case alone, or of few, holds the image of another.
    case sameChannels(String, String)
    case sameChannelsEverywhere(String, String)
    case sameInEveryCase(channel: String)

    /// The values of one channel, from percentile 0.5 to 99.5, and those of most cases.
    public struct Comparison: Equatable, Sendable {
        var channel: String
        var lower: Double
        var upper: Double
        var usualLower: Double
        var usualUpper: Double
    }
}

extension OutlierProblem {
    /// The problem and its remedy.
    var message: String {
        switch self {
        case .shifted(let values, let shift):
            """
            \(values), about \(rounded(abs(shift))) \(shift > 0 ? "higher" : "lower") throughout: was it stored \
            \(shift > 0 ? "without its intercept" : "with its intercept taken off twice")? Correct its header, or \
            convert it again
            """
        case .stretched(let values, let factor):
            """
            \(values), about \(significant((factor * 100).rounded() / 100)) times as much throughout: is its slope \
            right? Correct its header, or convert it again
            """
        case .notHounsfield(let values):
            """
            \(values), and none is negative: are these Hounsfield units? If it was windowed, rescaled or stored \
            without its intercept, convert it again
            """
        case .unusualValues(let values):
            "\(values): is it the right file, in the same unit?"
        case .swappedChannels(let first, let second):
            """
            its channels \(first) and \(second) look exchanged: each has the values that the other has in most cases; \
            exchange the files if they are
            """
        case .sameChannels(let first, let second):
            "holds the same image as channel \(first) and as channel \(second), unlike most cases: is one a wrong copy?"
        case .sameChannelsEverywhere(let first, let second):
            "the channels \(first) and \(second) are the same image in every case: one tells nothing more than the "
                + "other"
        case .sameInEveryCase(let channel):
            "the channel \(channel) is the same image in every case, as an atlas is: if that is not meant, are these "
                + "the right files?"
        }
    }

    private func rounded(_ value: Double) -> String { significant(value.rounded()) }
}

extension OutlierProblem.Comparison: CustomStringConvertible {
    public var description: String {
        """
        has values from \(significant(lower)) to \(significant(upper)) in the channel \(channel) where most cases have \
        \(significant(usualLower)) to \(significant(usualUpper))
        """
    }
}
