internal import ArgumentParser

/// A length of time as people write it: `90s`, `30m`, `8h`, `2d`.
struct TimeSpan: ExpressibleByArgument {
    let seconds: Double

    init?(argument text: String) {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Double(text.dropLast()),
            count > 0, count.isFinite
        else { return nil }
        seconds = count * unit
    }
}
