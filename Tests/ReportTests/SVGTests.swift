import Foundation
import FoundationXML
import SegNASReport
import SegNASSearch
import Testing

struct SVGTests {
    static let figures: [Named<String>] =
        (2...7).map { Named("\($0) nodes", fullBlock(nodes: $0).svg()) } + [
            Named("illegal", block(nodes: 4, [0, 0, 2, 0, 0, 0]).svg()),
            Named(
                "hostile", block(nodes: 2, [2], title: "<script>alert(\"&\")</script>").svg()),
        ] + networks

    /// Empty where one cannot be planned, which `networksCanBePlanned` tells.
    private static let networks =
        (try? [
            Named("supervised", segnas(n: 21, p: 3, sup: true, [2, 0, 2]).svg()),
            Named("residual", segnas(n: 32, p: 5, res: true, [1, 2, 3, 4, 5, 6]).svg()),
            Named("V-Net", vnet().svg()),
            Named(
                "3D U-Net",
                NetworkFigure(
                    NetworkPlan(.unet3d, channels: 4, classes: 3), size: [48, 64, 32]
                ).svg()),
        ]) ?? []

    @Test func networksCanBePlanned() {
        #expect(Self.networks.count == 4)
    }

    @Test("figures are XML with a title and a description", arguments: figures)
    func wellFormed(figure: Named<String>) throws {
        let document = try Document(parsing: figure.value)
        #expect(document.elements.prefix(3) == ["svg", "title", "desc"])
        #expect(document.root["role"] == "img")
        #expect(document.root["aria-label"]?.isEmpty == false)
        let box = try #require(document.root["viewBox"]).split(separator: " ").compactMap {
            Double($0)
        }
        #expect(box.count == 4 && box[2] > 100 && box[3] > 50)
    }

    @Test("figures need nothing outside and may stand twice in a page", arguments: figures)
    func selfContained(figure: Named<String>) throws {
        let document = try Document(parsing: figure.value)
        let known: Set = [
            "svg", "title", "desc", "style", "g", "rect", "circle", "path", "polygon", "text",
        ]
        #expect(document.elements.filter { !known.contains($0) } == [])
        #expect(document.attributes.isDisjoint(with: ["id", "href", "xlink:href", "onload"]))
        #expect(!figure.value.contains("url(") && !figure.value.contains("@import"))
    }

    @Test func textOfTheUserIsEscaped() throws {
        let edge = BlockFigure.Edge(from: 1, to: 2, .skip, label: "a<b>&\"c\"")
        let svg = BlockFigure(nodes: 2, edges: [edge], title: "x < y").svg()
        let document = try Document(parsing: svg)
        #expect(document.texts.contains("a<b>&\"c\""))
        #expect(document.root["aria-label"] == "x < y")
    }

    @Test func allIsSaid() throws {
        let figure = try segnas(n: 21, p: 3, sup: true, res: true, [2, 6, 2])
        let texts = try Document(parsing: figure.svg()).texts
        let expected = [
            "1 → 21 channels", "252 → 84 channels", "84 → 168 channels", "16×16×16", "20 classes",
            "max pooling 2×2×2", "nearest upsampling ×2", "concatenation", "softmax", "×8",
            "dropout 0.2", "residual", "Conv(3,1)", "projection",
        ]
        #expect(expected.filter { !texts.contains($0) } == [])
    }

    @Test func onlyWhatOccursIsSaid() throws {
        let texts = try Document(parsing: segnas(n: 8, p: 1).svg()).texts
        #expect(!texts.contains { $0.contains("supervision") || $0.contains("residual") })
        #expect(texts.contains("dropout 0.2"))
        let baseline = try Document(parsing: vnet().svg()).texts
        #expect(!baseline.contains { $0.contains("dropout") })
    }
}

/// What an XML parser finds in a figure.
private final class Document: NSObject, XMLParserDelegate {
    private(set) var elements: [String] = []
    private(set) var attributes: Set<String> = []
    private(set) var root: [String: String] = [:]
    /// Contents of the `<text>` elements.
    private(set) var texts: [String] = []
    private var text = ""

    init(parsing svg: String) throws {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        try #require(parser.parse(), "\(String(describing: parser.parserError))")
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        if elements.isEmpty { root = attributes }
        elements.append(name)
        self.attributes.formUnion(attributes.keys)
        text = ""
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        text += string
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
        qualifiedName: String?
    ) {
        if name == "text" { texts.append(text) }
    }
}

/// Figures as files: look at them in a browser, and record them with `RECORD_SNAPSHOTS=1 swift test`, which fails
/// so that nobody takes it for a test.
struct SnapshotTests {
    @Test func blockFigure() throws {
        let figure = block(nodes: 4, [2, 6, 0, 5, 4, 2], title: "A block with a projection")
        try compare(figure.svg(), with: "block.svg")
    }

    @Test func networkFigure() throws {
        let figure = try segnas(n: 8, p: 2, sup: true, res: true, [2, 0, 2])
        try compare(figure.svg(), with: "network.svg")
    }
}

/// Compares a text, line by line, with the file of a name among the snapshots.
func compare(_ text: String, with name: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Snapshots").appending(path: name)
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
        try Data(text.utf8).write(to: file)
        Issue.record(
            "\(name) is recorded: look at what has changed, then test without RECORD_SNAPSHOTS")
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let expected = try String(contentsOf: file, encoding: .utf8)
        .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines == expected)
}
