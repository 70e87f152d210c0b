internal import SegNASHost
internal import SegNASSegmentation

/// The output of `inspect recipes`: the options of each recipe for patches.
enum RecipeDescription {
    static func text() -> String {
        let columns = Recipe.allCases.map { TextTable.Column.left($0.rawValue) }
        let rows = fields.map { name, text in
            [Flags.spelled(in: "`\(name)`")]
                + Recipe.allCases.map { recipe in
                    name == "batchSize" && recipe.batchSize == nil
                        ? "as planned" : text(recipe.options)
                }
        }
        let augmentation = Recipe.allCases.map { recipe in
            "\(recipe): " + (recipe.options.augmentation?.kinds.joined(separator: ", ") ?? "none")
        }
        return
            (TextTable(columns: [.left("option")] + columns, rows: rows).lines
            + ["", "augmentation"] + augmentation.map { "  " + $0 }).joined(separator: "\n")
    }

    static func json() throws -> String {
        let recipes = Recipe.allCases.map { ($0.rawValue, $0.options) }
        return try JSONDocument.text(
            of: Document(recipes: Dictionary(uniqueKeysWithValues: recipes)), .indented)
    }

    private struct Document: Encodable {
        let schema = 1
        let recipes: [String: TrainingOptions]
    }

    /// What recipes decide on, and a line has room for.
    private static var fields: [(name: String, text: @Sendable (TrainingOptions) -> String)] {
        let others = [
            "seed", "precision", "validationGrid", "augmentation", "accumulation", "horizon",
        ]
        return TrainingOptions.fields.filter { !others.contains($0.name) }
    }
}
