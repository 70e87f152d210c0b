public import SegNASImaging

/// What a page says of an evaluated case besides its voxels.
public struct CaseSummary: Hashable, Sendable {
    /// The number of the case, from 1.
    public var number: Int
    /// Its name; nil keeps it from readers, as it may identify the person who was scanned.
    public var name: String?
    /// The mean Dice over labels; nil if it is not defined.
    public var dice: Double?
    /// The Dice of each label, or region, that was evaluated.
    public var dicePerLabel: [Double?]
    /// By the mean Dice, then by that of each label: `worst`, `median` or `best` of all cases.
    public var ranks: [String?]
    /// The lines that open it in other programs.
    public var viewers: [Viewer]

    /// A line for a shell that opens a case in another program.
    public struct Viewer: Hashable, Codable, Sendable {
        public var program: String
        public var line: String

        public init(program: String, line: String) {
            self.program = program
            self.line = line
        }
    }

    /// Makes the summary of a case without a name.
    public init(
        number: Int, dice: Double?, dicePerLabel: [Double?] = [], ranks: [String?]? = nil
    ) {
        self.number = number
        self.dice = dice
        self.dicePerLabel = dicePerLabel
        self.ranks = ranks ?? Array(repeating: nil, count: dicePerLabel.count + 1)
        viewers = []
    }
}

extension CaseSummary {
    /// The summaries of cases with their ranks, the most interesting first: the worst, the median and the best by the
    /// mean Dice, the same by that of each label, then the others from the worst.
    public static func ranked(_ cases: [CaseSummary]) -> [CaseSummary] {
        var cases = cases
        let scores = cases.map { [$0.dice] + $0.dicePerLabel }
        var order: [Int] = []
        for score in 0..<(scores.map(\.count).max() ?? 0) {
            let places = risingPlaces(scores.map { $0[score] })
            let chosen = ranks(places)
            for (rank, place) in chosen { cases[place].ranks[score] = rank }
            order += chosen.map(\.place)
        }
        // Those without a Dice come last.
        let rising = risingPlaces(cases.map { $0.dice ?? .infinity })
        var seen: Set<Int> = []
        return (order + rising + Array(cases.indices)).filter { seen.insert($0).inserted }
            .map { cases[$0] }
    }

    /// The places of what is defined, by rising values; of equal ones the first comes first.
    private static func risingPlaces(_ values: [Double?]) -> [Int] {
        values.indices.compactMap { place in
            values[place].flatMap { $0.isNaN ? nil : (place, $0) }
        }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
    }

    /// Each case only once, if there are fewer than three.
    private static func ranks(_ places: [Int]) -> [(rank: String, place: Int)] {
        guard places.count > 1 else { return places.map { ("only", $0) } }
        let middle = places.count > 2 ? [("median", places[(places.count - 1) / 2])] : []
        return [("worst", places[0])] + middle + [("best", places[places.count - 1])]
    }
}

/// An evaluated case that a page shows in images: the labels of its reference beside the predicted ones.
public struct AnatomyCase: Sendable {
    public let summary: CaseSummary
    /// The image, whose first channel is shown; nil leaves images out.
    public let image: Volume?
    public let reference: LabelMap
    public let prediction: LabelMap

    /// Makes a case of three arrays of one size, whose geometry is the reference's.
    public init(
        _ summary: CaseSummary, image: Volume?, reference: LabelMap, prediction: LabelMap
    ) {
        let size = reference.geometry.size
        precondition(prediction.geometry.size == size, "the prediction has another grid")
        precondition(image.map { $0.geometry.size == size } ?? true, "the image has another grid")
        self.summary = summary
        self.image = image
        self.reference = reference
        self.prediction = prediction
    }
}
