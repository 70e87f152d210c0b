import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Contact sheets")
struct ContactSheetTests {
    @Test("20 labels have 20 colours that readers tell apart")
    func colours() {
        let colours = LabelColours.distinct(20)
        #expect(Set(colours).count == 20)
        #expect(LabelColours.distinct(5) == Array(colours.prefix(5)))
        for (index, a) in colours.enumerated() {
            for b in colours.dropFirst(index + 1) {
                let (x, y) = (SIMD3(a), SIMD3(b))
                #expect((x &- y).max() > 30 || (y &- x).max() > 30, "\(a) \(b)")
            }
        }
    }

    @Test("a label is seen where it lies: right on the left, front and top upwards")
    func orientation() throws {
        try withDataset { small in
            // One voxel far to the right, at the front and on top, in an array that runs left, up and backwards.
            let affine = Affine(x: [-1, 0, 0], y: [0, 0, 1], z: [0, -1, 0])
            let size = SIMD3(8, 8, 8)
            try small.writeImage("images/a.nii.gz", 1, size: size, affine: affine)
            var labels = [UInt8](repeating: 0, count: 512)
            labels[1 + 6 * 8 + 1 * 64] = 1
            try Volume(Samples(labels), geometry: Geometry(size: size, affine: affine))
                .write(to: small.path + "/labels.nii.gz")
            let shown = Dataset.Case(
                identifier: "a", images: [small.path + "/images/a.nii.gz"],
                label: small.path + "/labels.nii.gz")
            let preview = CasePreview(
                shown, of: LabelTable(foreground: [.init(name: "one", value: 1)]))
            #expect(preview.slices.count == 3)
            for slice in preview.slices {
                #expect(slice.labels.firstIndex(of: 0) == 1 * 8 + 1)
                #expect(slice.labels.count { $0 != nil } == 1)
                #expect(slice.grey.allSatisfy { (0...1).contains($0) })
            }
        }
    }

    @Test("sheets of sound and of unreadable cases")
    func sheets() throws {
        try withDataset { small in
            try small.writeNNUNet()
            let dataset = try Dataset(contentsOf: small.path)
            let sound = ContactSheet(of: dataset).picture()
            try small.write("no image", to: "imagesTr/a_0000.nii.gz")
            try small.writeLabels("labelsTr/b.nii.gz", size: [3, 3, 3])
            let broken = ContactSheet(of: dataset).picture()
            #expect(sound.width == broken.width && sound.height == broken.height)
            #expect(sound != broken)
            #expect(ContactSheet(of: dataset, cases: 1).picture().width < sound.width)
            var empty = dataset
            empty.training = []
            #expect(ContactSheet(of: empty).picture().height > 0)
        }
    }

    @Test("a prediction is shown in the slices of its reference, beside it")
    func predictions() throws {
        try withDataset { small in
            let size = SIMD3(8, 8, 8)
            try small.writeImage("images/a.nii.gz", 1, size: size)
            func write(_ name: String, voxel: Int) throws -> String {
                var labels = [UInt8](repeating: 0, count: 512)
                labels[voxel] = 1
                let path = "\(small.path)/\(name).nii.gz"
                try Volume(Samples(labels), geometry: Geometry(size: size, affine: .identity))
                    .write(to: path)
                return path
            }
            let place = 3 + 4 * 8 + 5 * 64
            let shown = Dataset.Case(
                identifier: "a", images: [small.path + "/images/a.nii.gz"],
                label: try write("reference", voxel: place))
            let table = LabelTable(foreground: [.init(name: "one", value: 1)])
            // A voxel beside the reference's, in two of the three slices through that one.
            let prediction = CasePreview(
                shown, labels: try write("prediction", voxel: place + 1), of: table)
            let found = prediction.slices.map { $0.labels.count { $0 != nil } }
            #expect(found == [1, 1, 0])
            let dataset = Dataset(
                name: "d", folder: small.path, layout: .plain, channels: ["one"], labels: table,
                training: [shown], test: [])
            let sheet = ContactSheet(
                of: dataset, predictions: ["a": small.path + "/prediction.nii.gz"])
            let alone = ContactSheet(of: dataset)
            #expect(sheet.picture().width > alone.picture().width * 3 / 2)
        }
    }

    @Test("real cases", .enabled(if: RealData.isHere))
    func real() throws {
        let dataset = try Dataset(contentsOf: RealData.path("Task04_Hippocampus"))
        let picture = ContactSheet(of: dataset, cases: 4).picture()
        let file = picture.png()
        #expect(file.count < 400_000)
    }
}

extension SIMD3<Int> {
    fileprivate init(_ colour: RGB) {
        self.init(Int(colour.red), Int(colour.green), Int(colour.blue))
    }
}
