internal import Datasets
internal import Imaging
internal import Torch

/// How well a network segments cases on the prepared grid.
struct PreparedGrid {
    let cases: [PreparedCase]
    /// Labels with the background.
    let classes: Int
    let device: Device
    let dtype: DType

    /// The overlap of every foreground label in each case; asks before each whether to go on.
    func overlaps(of network: Network, checkEnd: () throws -> Void) throws -> [[Overlap]] {
        let loader = try BatchLoader(cases, .evaluation(batchSize: 1), epochs: 1)
        var overlaps: [[Overlap]] = []
        while let batch = try loader.next() {
            try checkEnd()
            overlaps.append(try self.overlaps(of: network, batch))
        }
        return overlaps
    }

    private func overlaps(of network: Network, _ batch: Batch) throws -> [Overlap] {
        let predicted = try withoutGradients { () throws(TorchError) in
            let images = try batch.images.ready(on: device, as: dtype)
            let scores = try network(images, training: false)  // [1, L, D, H, W]
            return try scores.argmax(along: 1).cast(to: .uint8)  // [1, D, H, W]
        }
        let reference: [UInt8] = try batch.labels.array()
        var prediction: [UInt8] = try predicted.moved(to: .cpu).array()
        // What is to be ignored counts for no label, whatever is predicted there.
        for (voxel, label) in reference.enumerated() where label == LabelTable.ignoredClass {
            prediction[voxel] = label
        }
        return Array(
            Overlap.perClass(reference: reference, prediction: prediction, classes: classes)
                .dropFirst())
    }
}
