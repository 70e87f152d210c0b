/// The place of each label in a list: by a table where the labels lie close together.
struct LabelPlaces: Sendable {
    private let lowest: Int32
    private let places: [Int32]
    private let scattered: [Int32: Int]

    init(_ labels: [Int32]) {
        lowest = labels.min() ?? 0
        let span = Int(labels.max() ?? 0) - Int(lowest) + 1
        guard span <= 1 << 16 else {
            places = []
            scattered = Dictionary(
                uniqueKeysWithValues: labels.enumerated().map { ($0.element, $0.offset) })
            return
        }
        var places = [Int32](repeating: -1, count: span)
        for (place, label) in labels.enumerated() {
            places[Int(label) - Int(lowest)] = Int32(place)
        }
        self.places = places
        scattered = [:]
    }

    subscript(label: Int32) -> Int? {
        guard scattered.isEmpty else { return scattered[label] }
        let index = Int(label) - Int(lowest)
        guard index >= 0, index < places.count, places[index] >= 0 else { return nil }
        return Int(places[index])
    }
}
