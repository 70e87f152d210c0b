/// What tests read of `comparison.json`: all that does not depend on time.
struct ComparisonDocument: Decodable, Equatable {
    struct Method: Decodable, Equatable {
        var name: String
        var splits: [Split?]
    }

    struct Split: Decodable, Equatable {
        var outcome: String
        var testDice: Double?
        var validationDice: Double?
        var parameters: Int?
    }

    var schema: Int
    var methods: [Method]
}
