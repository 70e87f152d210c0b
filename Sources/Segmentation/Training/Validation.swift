internal import Datasets
internal import Imaging
internal import Torch

/// The Dice of cases on the prepared grid.
struct Validation {
    let cases: [PreparedCase]
    /// Stored values of the foreground labels, in the order of the classes.
    let values: [Int]
    let device: Device
    let dtype: DType

    /// Judges a network; asks before each case whether to go on.
    func judge(_ network: Network, checkStop: () throws -> Void) throws -> ValidationDice? {
        guard !cases.isEmpty else { return nil }
        let loader = try BatchLoader(cases, .evaluation(batchSize: 1), epochs: 1)
        var dice: [[Double?]] = []
        while let batch = try loader.next() {
            try checkStop()
            dice.append(try self.dice(of: network, batch))
        }
        return ValidationDice(cases: dice, values: values)
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
            reference: reference, prediction: prediction, classes: values.count + 1
        ).dropFirst().map(\.dice)
    }
}
