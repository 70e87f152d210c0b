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

    /// The Dice of every foreground label in each case; asks before each whether to go on.
    func dice(of network: Network, checkEnd: () throws -> Void) throws -> [[Double?]] {
        let loader = try BatchLoader(cases, .evaluation(batchSize: 1), epochs: 1)
        var dice: [[Double?]] = []
        while let batch = try loader.next() {
            try checkEnd()
            dice.append(try self.dice(of: network, batch))
        }
        return dice
    }

    /// Of each foreground label; nil where neither the case nor the prediction has it.
    private func dice(of network: Network, _ batch: Batch) throws -> [Double?] {
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
        return Overlap.perClass(
            reference: reference, prediction: prediction, classes: classes
        ).dropFirst().map(\.dice)
    }
}
