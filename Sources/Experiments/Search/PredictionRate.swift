internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASTorch

/// The multiply-adds a second of predictions on this machine, by which a search limits their time.
struct PredictionRate {
    /// The measured passes, of which the shortest counts.
    private static let repetitions = 3

    /// Measures a network of medium size, {2,0,2} with 16 channels, on an image or patch of zeros.
    ///
    /// - Throws: ``TorchError`` if it does not fit into memory.
    static func measured(
        _ images: SearchedImages, precision: Precision, on device: Device
    ) throws -> Double {
        guard let plan = try plan(images) else {
            preconditionFailure("{2,0,2} can be built")
        }
        let prediction = try SyntheticPrediction(
            plan, size: images.size, precision: precision, device: device)
        defer { try? TensorMemory.trim(on: device) }
        let seconds = try shortestSeconds(repetitions: repetitions) {
            try prediction.run()
            try device.synchronize()
        }
        return Double(plan.multiplyAdds(size: images.size)) / seconds
    }

    /// With three poolings, or fewer where the images are too small for these.
    private static func plan(_ images: SearchedImages) throws -> NetworkPlan? {
        let block = try BlockGraph([2, 0, 2])
        let plans = [3, 2, 1].compactMap { poolings in
            images.plan(
                of: .segnas(SegNAS(n: 16, p: poolings, sup: false, res: false, block: block)))
        }
        let trainable = plans.first {
            (try? $0.check(size: images.size, batch: images.batch)) != nil
        }
        return trainable ?? plans.last
    }
}
