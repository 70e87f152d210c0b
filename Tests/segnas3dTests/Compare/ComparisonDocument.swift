/// What tests read of `comparison.json`: all that does not depend on time.
struct ComparisonDocument: Decodable, Equatable {
    struct Method: Decodable, Equatable {
        var name: String
        var splits: [Split]
    }

    struct Split: Decodable, Equatable {
        struct Test: Decodable, Equatable {
            var dice: Mean
        }

        struct Mean: Decodable, Equatable {
            var mean: Double
        }

        var split: Int
        var outcome: String
        var test: Test?
        var validationDice: Double?
        var parameters: Int?
    }

    var schema: Int
    var methods: [Method]
}
