import Foundation
import SegNASDatasets
import Testing

/// Checks a dataset and divides its cases; throws all faults at once if it cannot be trained on.
func openDataset(_ folder: String) throws -> (dataset: Dataset, split: Split) {
    let check = DatasetCheck(contentsOf: folder)
    guard let dataset = check.dataset, check.isSound else {
        throw DatasetError(source: folder, faults: check.faults)
    }
    for warning in check.faults { print(warning) }
    return (dataset, try dataset.split(SplitOptions(plan: .shuffled(.paper), seed: 1)))
}

@Suite("Catalogue of SegNASDatasets")
struct DatasetsCatalogueTests {
    @Test("the example opens a dataset, and throws all faults of another")
    func runs() throws {
        try withDataset { small in
            try small.writeNNUNet()
            let (dataset, split) = try openDataset(small.path)
            #expect(dataset.training.count == 3 && split.training.count == 1)
            try small.remove("labelsTr/a.nii.gz")
            try small.remove("labelsTr/b.nii.gz")
            let error = #expect(throws: DatasetError.self) { try openDataset(small.path) }
            #expect(error?.faults.count { $0.kind == "labelMissing" } == 2)
        }
    }

    /// The example of the catalogue, without its import.
    private func example() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appending(path: "Sources/Datasets/SegNASDatasets.docc/Datasets.md"),
            encoding: .utf8)
        let block = try #require(page.components(separatedBy: "```swift\n").dropFirst().first)
        let code = try #require(block.components(separatedBy: "```").first)
        return try #require(code.components(separatedBy: "import SegNASDatasets\n\n").last)
    }

    @Test("the example stands there as it is compiled here")
    func sameExample() throws {
        let source = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
        #expect(source.contains(try example()))
    }
}
