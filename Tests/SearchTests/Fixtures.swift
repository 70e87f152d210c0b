import Foundation
import Testing

/// A file of expected values; the Python script of the same name beside it made them.
func fixture<Content: Decodable>(_ name: String, as type: Content.Type = Content.self) throws
    -> Content
{
    let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let data = try Data(contentsOf: folder.appending(path: name))
    return try JSONDecoder().decode(Content.self, from: data)
}
