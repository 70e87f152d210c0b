public import Foundation

/// A file of expected values among the `Fixtures` of a test bundle; the Python script of the same name made them.
public func fixture<Content: Decodable>(
    _ name: String, as type: Content.Type = Content.self, in bundle: Bundle
) throws -> Content {
    let file = bundle.bundleURL.appending(path: "Fixtures").appending(path: name)
    return try JSONDecoder().decode(Content.self, from: Data(contentsOf: file))
}
