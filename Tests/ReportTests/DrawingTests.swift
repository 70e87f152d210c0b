import Foundation
import Testing

@testable import SegNASReport

struct DrawingTests {
    /// Widths in ems as Chromium's `measureText` gives them for DejaVu Sans.
    @Test(arguments: [
        ("Conv(3,1)", false, 4.906), ("projection", false, 4.994),
        ("1536 → 512 channels", false, 10.723), ("128×128×128", false, 7.402),
        ("Encoder 1", true, 5.606), ("2 × Conv(3) BN ReLU", false, 10.636),
        ("deep supervision, upsampled", false, 14.723), ("MegaBlock WWW", true, 9.771),
        ("illicit fjord, tr(i)al", false, 8.307),
    ])
    func textsAreNoWiderThanEstimated(text: String, bold: Bool, measured: Double) {
        let estimate = textWidth(text, size: 1, bold: bold)
        #expect(estimate >= measured)
        #expect(estimate <= 1.25 * measured)
    }

    @Test func longTextsAreWrapped() {
        let lines = wrapped("one two three", width: textWidth("one two", size: 12), size: 12)
        #expect(lines == ["one two", "three"])
        #expect(wrapped("incomprehensible", width: 10, size: 12) == ["incomprehensible"])
        #expect(wrapped("", width: 10, size: 12) == [])
    }

    @Test(arguments: [
        ("a < b & \"c\" > d", "a &lt; b &amp; &quot;c&quot; &gt; d"),
        ("×→\u{1F9E0}", "×→\u{1F9E0}"), ("bell\u{7}", "bell\u{FFFD}"),
    ])
    func textIsEscaped(text: String, xml: String) {
        #expect(escaped(text) == xml)
    }

    @Test(arguments: [(0, "0"), (-0.04, "0"), (12, "12"), (-3.25, "-3.3"), (0.06, "0.1")])
    func coordinatesAreShort(value: Double, text: String) {
        #expect(coordinate(value) == text)
    }

    @Test("texts stand out from what is behind them", arguments: Colour.allCases)
    func contrast(colour: Colour) {
        let texts = [Colour.ink, .muted, .blue, .green, .vermillion, .purple]
        let grounds = [Colour.paper, .panel, .encoder, .bottom, .decoder, .head]
        guard texts.contains(colour) else { return }
        for ground in colour == .ink ? grounds : [.paper] {
            #expect(contrastRatio(colour.light, ground.light) >= 4.5)
            #expect(contrastRatio(colour.dark, ground.dark) >= 4.5)
        }
    }
}

/// The ratio of the Web Content Accessibility Guidelines 2.1, between 1 and 21.
private func contrastRatio(_ first: String, _ second: String) -> Double {
    let (a, b) = (luminance(first), luminance(second))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

private func luminance(_ hex: String) -> Double {
    let value = Int(hex.dropFirst(), radix: 16) ?? 0
    let channels = [16, 8, 0].map { linear(Double(value >> $0 & 255) / 255) }
    return zip(channels, [0.2126, 0.7152, 0.0722]).reduce(0) { $0 + $1.0 * $1.1 }
}

/// An sRGB value without its gamma.
private func linear(_ value: Double) -> Double {
    value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
}
