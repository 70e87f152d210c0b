internal import Torch

/// Noisy volumes with a bright sphere in each, and where it is.
struct Spheres {
    var images: Tensor  // [N, 1, D, H, W]
    /// Indicators of background and sphere.
    var truth: Tensor  // [N, 2, D, H, W]

    static func draw(
        _ count: Int, size: Int, using generator: inout some RandomNumberGenerator
    ) throws(TorchError) -> Spheres {
        var intensities: [Float] = []
        var labels: [UInt8] = []
        for _ in 0..<count {
            let radius = Float.random(in: 0.15...0.3, using: &generator) * Float(size)
            let center = (0..<3).map { _ in
                Float.random(in: radius...Float(size) - radius, using: &generator)
            }
            for voxel in 0..<size * size * size {
                let position = [voxel / size / size, voxel / size % size, voxel % size]
                let squares = zip(position, center).map { (Float($0) - $1) * (Float($0) - $1) }
                let isInside = squares.reduce(0, +) < radius * radius
                labels.append(isInside ? 1 : 0)
                intensities.append((isInside ? 1 : 0) + .random(in: -1...1, using: &generator))
            }
        }
        let shape = [count, size, size, size]
        return try Spheres(
            images: Tensor(intensities, shape: shape).unsqueezed(at: 1),
            truth: Tensor(labels, shape: shape).oneHot(classes: 2))
    }

    func moved(to device: Device, dtype: DType) throws(TorchError) -> Spheres {
        try Spheres(
            images: images.moved(to: device).cast(to: dtype).laidOut(in: .channelsLast),
            truth: truth.moved(to: device))
    }

    /// Cross-entropy of scores `[N, 2, D, H, W]`, mean over voxels.
    func loss(of scores: Tensor) throws(TorchError) -> Tensor {
        let logarithms = try scores.cast(to: .float32).logSoftmax(along: 1)
        return try -(logarithms * truth).sum(over: [1]).mean()
    }

    /// The Dice coefficient of the sphere that the scores `[N, 2, D, H, W]` show, over all volumes.
    func dice(of scores: Tensor) throws(TorchError) -> Double {
        let found = try scores.argmax(along: 1).cast(to: .float32)
        let sphere = try truth.selected(1, along: 1)
        return try 2 * (found * sphere).sum().item() / (found.sum() + sphere.sum()).item()
    }
}
