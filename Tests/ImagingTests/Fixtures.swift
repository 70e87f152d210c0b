import Foundation

/// Expected numbers, and beside them in `Fixtures` the Python scripts that made them.
enum Fixture {
    static func decode<Value: Decodable>(_ name: String) -> Value {
        do {
            let file = Bundle.module.url(
                forResource: name, withExtension: "json", subdirectory: "Fixtures")
            guard let file else { fatalError("no fixture \(name)") }
            return try JSONDecoder().decode(Value.self, from: Data(contentsOf: file))
        } catch {
            fatalError("\(name): \(error)")
        }
    }
}
