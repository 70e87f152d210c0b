import Foundation
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Datasets of phantoms")
struct PhantomWritingTests {
    private let phantom = Phantom(size: [16, 20, 16], seed: 9)

    @Test("a dataset that every reader understands, the same bytes on any number of threads")
    func dataset() throws {
        try withTemporaryFolder { folder in
            let (one, many) = (folder.path + "/a/one", folder.path + "/many")
            try phantom.write(cases: 5, to: one, threads: 1)
            try phantom.write(cases: 5, to: many, threads: 4)
            #expect(try contents(of: one) == contents(of: many))
            let dataset = try Dataset(contentsOf: one)
            #expect(dataset.layout == .nnUNet && dataset.channels == ["T1"])
            #expect(dataset.labels == phantom.labels)
            #expect(dataset.training.map(\.identifier).first == "phantom0000")
            #expect(dataset.training.count == 5)
            let label = try Volume(contentsOf: try #require(dataset.training[2].label))
            #expect(bytes(label) == bytes(phantom.makeCase(2).labels))
        }
    }

    @Test("a folder that was begun is finished with the same options only")
    func interrupted() throws {
        try withTemporaryFolder { folder in
            let path = folder.path
            try phantom.write(cases: 3, to: path, threads: 1)
            let whole = try contents(of: path)
            #expect(throws: PhantomError.complete(path)) {
                try phantom.write(cases: 3, to: path, threads: 1)
            }
            for lost in ["dataset.json", "imagesTr/phantom0001_0000.nii.gz"] {
                try FileManager.default.removeItem(atPath: "\(path)/\(lost)")
            }
            var other = phantom
            other.seed = 10
            #expect(throws: PhantomError.begunOtherwise(path)) {
                try other.write(cases: 3, to: path, threads: 1)
            }
            try phantom.write(cases: 3, to: path, threads: 1)
            #expect(try contents(of: path) == whole)
        }
    }

    @Test("a folder with anything else in it is left alone")
    func occupied() throws {
        try withTemporaryFolder { folder in
            try Data("mine".utf8).write(to: folder.appending(path: "notes.txt"))
            #expect(throws: PhantomError.occupied(folder.path)) {
                try phantom.write(cases: 1, to: folder.path, threads: 1)
            }
            #expect(try contents(of: folder.path).count == 1)
        }
    }

    @Test("a folder that cannot be made is reported with the system's words")
    func unwritable() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "file")
            try Data("mine".utf8).write(to: file)
            #expect {
                try phantom.write(cases: 1, to: file.path, threads: 1)
            } throws: { error in
                "\(error)".contains("cannot be written: ")
            }
        }
    }

    /// Every file by its path, with its bytes.
    private func contents(of folder: String) throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        return Dictionary(
            uniqueKeysWithValues: names.compactMap { name in
                FileManager.default.contents(atPath: "\(folder)/\(name)").map { (name, $0) }
            })
    }
}
