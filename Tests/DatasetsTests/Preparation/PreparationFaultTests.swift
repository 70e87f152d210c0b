import Foundation
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Cases that cannot be prepared")
struct PreparationFaultTests {
    /// The message for a case, changed before it is prepared.
    private func message(
        _ options: PreparationOptions = .init(size: [8, 8, 8]), channels: [String] = ["T1"],
        _ change: (inout PreparationFiles, inout Dataset.Case) throws -> Void = { _, _ in }
    ) throws -> String {
        try withTemporaryFolder { folder in
            var files = PreparationFiles(folder)
            var subject = try files.subject("c1", size: [5, 6, 7])
            try change(&files, &subject)
            let preparation = try Preparation(
                options, channels: channels, labels: PreparationFiles.labels)
            do {
                _ = try preparation.prepare(subject)
                return "prepared"
            } catch {
                return "\(error)".replacing(folder.path + "/", with: "")
            }
        }
    }

    @Test("An image beyond the padded size")
    func tooLarge() throws {
        #expect(
            try message(.init(size: [8, 5, 8], fit: .pad))
                == "case c1: the image has 5×6×7 voxels, more than the 8×5×8 of `size`: "
                + "choose a `size` that holds it, or `fit` resize")
    }

    @Test("A value that is no label")
    func unexpectedLabel() throws {
        let text = try message { files, subject in
            var labels = [UInt8](repeating: 1, count: 210)
            labels[100] = 4
            subject = try files.subject(
                "c1", image: Samples([Float](repeating: 1, count: 210)), labels: Samples(labels),
                .init(size: [5, 6, 7], affine: .identity))
        }
        #expect(
            text == "case c1: c1.nii holds the value 4, which is no label of the dataset "
                + "(1, 3, 7, 205): correct the file, or name the label in the dataset's description"
        )
    }

    @Test("A label map on another grid")
    func geometry() throws {
        let text = try message { files, subject in
            var affine = Affine.identity
            affine.origin.x = 0.75
            subject.label = try files.subject("other", size: [5, 6, 7], affine: affine).label
        }
        #expect(
            text == "case c1: other.nii lies up to 0.75 mm (0.75 voxels) elsewhere, "
                + "unlike c1_0000.nii: if its voxels match those of the image, "
                + "give it the header of the image; if not, resample the file")
        let smaller = try message { files, subject in
            subject.label = try files.subject("other", size: [5, 6, 6]).label
        }
        #expect(smaller.contains("has 5×6×6 voxels instead of 5×6×7"))
    }

    @Test("Channels that are missing or too many")
    func channels() throws {
        #expect(
            try message(channels: ["T1", "T2"])
                == "case c1: has 1 channels, and the dataset has 2 (T1, T2): "
                + "add what is missing, or remove the case")
        let text = try message(channels: ["T1", "T2"]) { files, subject in
            let samples = Samples([Float](repeating: 1, count: 420))
            let path = files.folder.appending(path: "4d.nii").path
            try Volume(shape: [5, 6, 7, 2], affine: .identity, samples: samples).write(to: path)
            subject.images = [subject.images[0], path]
        }
        #expect(text.contains("4d.nii holds 2 channels or times, and one is expected"))
    }

    @Test("A file that is missing")
    func missing() throws {
        let text = try message { _, subject in subject.label = "/nowhere/label.nii" }
        #expect(text.hasPrefix("case c1: /nowhere/label.nii: "))
    }

    @Test("Channels of one file or of several are the same image")
    func channelFiles() throws {
        try withTemporaryFolder { folder in
            var files = PreparationFiles(folder)
            let affine = PreparationFiles.affine(
                Orientation.all[17], spacing: [1, 1, 2])
            var one = try files.subject("one", size: [5, 6, 7], affine: affine)
            let two = try files.subject("two", size: [5, 6, 7], affine: affine)
            one.images += two.images
            let volumes = try one.images.map { try Volume(contentsOf: $0) }
            let path = folder.appending(path: "both.nii").path
            try Volume(
                shape: [5, 6, 7, 2], affine: affine,
                samples: Samples(volumes.flatMap { $0.samples.array(Int16.self) })
            ).write(to: path)
            let preparation = try Preparation(
                .init(size: [8, 8, 8]), channels: ["T1", "noNorm"], labels: PreparationFiles.labels)
            let several = try preparation.prepare(one).prepared
            one.images = [path]
            let single = try preparation.prepare(one).prepared
            #expect(several.channels == 2)
            #expect(several.image.array(Float.self) == single.image.array(Float.self))
        }
    }
}
