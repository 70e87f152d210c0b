import SegNASImaging
import Testing

@testable import SegNASDatasets

@Suite("Slices of a prepared case")
struct SlicePictureTests {
    /// A box of label 1 in a ramp, and a prediction of it that is one voxel shorter in front.
    private func scene() -> (example: PreparedCase, predicted: [UInt8]) {
        let size: SIMD3<Int> = [16, 12, 8]
        var (labels, predicted) = ([UInt8](), [UInt8]())
        for z in 0..<8 {
            for y in 0..<12 {
                for x in 0..<16 {
                    let isIn = (4..<10).contains(x) && (3..<9).contains(y) && (2..<6).contains(z)
                    labels.append(isIn ? 1 : 0)
                    predicted.append(isIn && y < 8 ? 1 : 0)
                }
            }
        }
        let image = (0..<16 * 12 * 8).map { Float($0 % 16) }
        return (
            PreparedCase(
                identifier: "case", size: size, image: Samples(image), labels: Samples(labels)),
            predicted
        )
    }

    @Test("outlines stand where the classes change, the prediction over the reference")
    func outlines() throws {
        let (example, predicted) = scene()
        let picture = try #require(SlicePicture(example, predicted: predicted, labels: 2)).picture
        // 12 pixels a voxel; 12 + 8 + 8 voxels down, with gaps.
        #expect(picture.width == 16 * 12 && picture.height == 28 * 12 + 12)
        let (white, colour) = (RGB(255, 255, 255), LabelColours.distinct(2)[0])
        // The axial slice is turned: column 15 - x, row 11 - y.
        func pixel(_ x: Int, _ y: Int, _ dx: Int, _ dy: Int) -> RGB {
            picture[(15 - x) * 12 + dx, (11 - y) * 12 + dy]
        }
        #expect(pixel(6, 8, 6, 0) == white)
        #expect(pixel(6, 7, 6, 0) == colour && pixel(6, 7, 6, 1) == colour)
        #expect(pixel(4, 5, 11, 6) == colour)
        #expect(pixel(6, 5, 6, 6) == pixel(6, 1, 6, 6))
        #expect(pixel(2, 5, 6, 6) != pixel(12, 5, 6, 6))
    }

    @Test("no picture without labels or of another size")
    func nothing() {
        var (example, predicted) = scene()
        #expect(SlicePicture(example, predicted: [1, 2], labels: 1)?.picture == nil)
        example.labels = nil
        predicted[0] = 1
        #expect(SlicePicture(example, predicted: predicted, labels: 1)?.picture == nil)
    }

    @Test("a case without any labelled voxel, and one of a single intensity")
    func empty() throws {
        let size: SIMD3<Int> = [5, 5, 5]
        let zeros = Samples([UInt8](repeating: 0, count: 125))
        let example = PreparedCase(
            identifier: "case", size: size, image: Samples([Float](repeating: 3, count: 125)),
            labels: zeros)
        let picture = try #require(
            SlicePicture(example, predicted: [UInt8](repeating: 255, count: 125), labels: 0)
        ).picture
        #expect(picture[0, 0] == .grey(0) && picture.height > 5)
    }
}
