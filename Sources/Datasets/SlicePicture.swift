package import SegNASImaging

/// A picture of a prepared case: slices through the middle of what is labelled, with what was predicted outlined in the
/// labels' colours over the reference in white.
package struct SlicePicture {
    private let example: PreparedCase
    private let reference: [UInt8]
    private let predicted: [UInt8]
    private let colours: [RGB]
    private let grey: [UInt8]
    /// Pixels along a voxel.
    private let zoom: Int

    /// The longest side of a slice, about, in pixels.
    private static let side = 192
    private static let gap = 6

    /// Nil without labels, or if the sizes differ.
    ///
    /// - Parameters:
    ///   - example: A case with labels.
    ///   - predicted: The class of each voxel, `[z, y, x]`; the background is 0.
    ///   - labels: The number of labels.
    package init?(_ example: PreparedCase, predicted: [UInt8], labels: Int) {
        guard let map = example.labels, predicted.count == example.size.volume,
            map.count == predicted.count
        else { return nil }
        self.example = example
        self.predicted = predicted
        reference = map.withValues(as: UInt8.self) { Array($0) }
        colours = LabelColours.distinct(labels)
        grey = Self.grey(example)
        zoom = max(1, Self.side / example.size.max())
    }

    /// The first channel from black to white: the middle 98 %.
    private static func grey(_ example: PreparedCase) -> [UInt8] {
        let values = example.image.withValues(as: Float.self) {
            Array($0.prefix(example.size.volume))
        }
        let step = max(1, values.count / 20_000)
        let sample = stride(from: 0, to: values.count, by: step).map { values[$0] }.sorted()
        let (low, high) = (sample[sample.count / 100], sample[sample.count * 99 / 100])
        let scale = high > low ? 255 / (high - low) : 0
        return values.map { UInt8(max(0, min(255, ($0 - low) * scale))) }
    }

    /// Axial, coronal and sagittal below each other, as they are looked at: the body's right on the left, its front or
    /// its head on top.
    package var picture: Picture {
        let size = example.size
        let centre = centre
        let planes = [(0, 1, 2), (0, 2, 1), (1, 2, 0)]
        let width = planes.map { size[$0.0] * zoom }.max() ?? 1
        let height = planes.reduce(0) { $0 + size[$1.1] * zoom + Self.gap } - Self.gap
        var picture = Picture(width: width, height: height, background: .grey(0))
        var top = 0
        for (across, down, through) in planes {
            draw(
                Plane(across: across, down: down, place: centre, through: through),
                at: ((width - size[across] * zoom) / 2, top), in: &picture)
            top += size[down] * zoom + Self.gap
        }
        return picture
    }

    /// The middle of the voxels that are labelled; of the image if none is.
    private var centre: SIMD3<Int> {
        var (sum, count) = (SIMD3<Int>.zero, 0)
        var index = 0
        for z in 0..<example.size.z {
            for y in 0..<example.size.y {
                for x in 0..<example.size.x {
                    if reference[index] > 0, reference[index] != LabelTable.ignoredClass {
                        sum &+= [x, y, z]
                        count += 1
                    }
                    index += 1
                }
            }
        }
        return count > 0 ? SIMD3(sum.x / count, sum.y / count, sum.z / count) : example.size / 2
    }

    private struct Plane {
        let across: Int
        let down: Int
        let place: SIMD3<Int>
        let through: Int
    }

    private func draw(
        _ plane: Plane, at origin: (left: Int, top: Int), in picture: inout Picture
    ) {
        let size = example.size
        let (columns, rows) = (size[plane.across], size[plane.down])
        func voxel(_ column: Int, _ row: Int) -> Int {
            var place = plane.place
            place[plane.across] = columns - 1 - column
            place[plane.down] = rows - 1 - row
            return place.x + size.x * (place.y + size.y * place.z)
        }
        for row in 0..<rows {
            for column in 0..<columns {
                let here = voxel(column, row)
                let corner = (x: origin.left + column * zoom, y: origin.top + row * zoom)
                picture.fill(
                    x: corner.x, y: corner.y, width: zoom, height: zoom, .grey(grey[here]))
                let neighbours = [
                    column > 0 ? voxel(column - 1, row) : here,
                    column + 1 < columns ? voxel(column + 1, row) : here,
                    row > 0 ? voxel(column, row - 1) : here,
                    row + 1 < rows ? voxel(column, row + 1) : here,
                ]
                outline(reference, here, neighbours, corner, 1, in: &picture) { _ in
                    RGB(255, 255, 255)
                }
                outline(predicted, here, neighbours, corner, max(1, min(2, zoom - 1)), in: &picture)
                {
                    colours[(Int($0) - 1) % max(1, colours.count)]
                }
            }
        }
    }

    /// Lines along those sides of a voxel behind which another class lies; inside, so that neighbours keep theirs.
    private func outline(
        _ classes: [UInt8], _ here: Int, _ neighbours: [Int], _ corner: (x: Int, y: Int),
        _ width: Int, in picture: inout Picture, colour: (UInt8) -> RGB
    ) {
        let own = classes[here]
        guard own > 0, own != LabelTable.ignoredClass else { return }
        for (side, neighbour) in neighbours.enumerated() where classes[neighbour] != own {
            let isUpright = side < 2
            let isFar = side % 2 == 1
            let shift = isFar ? zoom - width : 0
            picture.fill(
                x: corner.x + (isUpright ? shift : 0), y: corner.y + (isUpright ? 0 : shift),
                width: isUpright ? width : zoom, height: isUpright ? zoom : width, colour(own))
        }
    }
}
