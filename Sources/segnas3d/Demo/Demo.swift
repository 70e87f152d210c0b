internal import ArgumentParser
import Glibc
internal import Randomness
internal import Torch

/// `segnas3d demo`: proof in seconds that this installation trains networks.
struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a tiny network on spheres, in seconds.",
        discussion: """
            Draws noisy volumes with a sphere in each, trains a small network to find it, and judges \
            it on spheres that it has not seen.
            """)

    @OptionGroup var compute: ComputeOptions

    private static let steps = 60
    private static let size = 24
    private static let batch = 2

    func run() throws {
        let device = try compute.apply()[0]
        let dtype = compute.precision.dtype(on: device)
        print(
            "Training a small network to find spheres in \(Self.size)³ voxels, on \(device) in \(dtype)."
        )
        var generator = SeededGenerator(seed: compute.seed)
        let network = try SphereNetwork(device: device, using: &generator)
        let start = ContinuousClock.now
        try train(network, device: device, dtype: dtype, using: &generator)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let unseen = try Spheres.draw(8, size: Self.size, using: &generator)
            .moved(to: device, dtype: dtype)
        let dice = try unseen.dice(of: network(unseen.images, training: false))
        print(
            "Dice \(rounded(dice)) on 8 spheres not seen before, after \(rounded(seconds, 1)) s of training."
        )
    }

    private func train(
        _ network: SphereNetwork, device: Device, dtype: DType,
        using generator: inout some RandomNumberGenerator
    ) throws {
        let optimizer = try Optimizer(network.weights.parameters, .nadam(), learningRate: 1e-2)
        for step in 1...Self.steps {
            let spheres = try Spheres.draw(Self.batch, size: Self.size, using: &generator)
                .moved(to: device, dtype: dtype)
            let loss = try spheres.loss(of: network(spheres.images, training: true))
            try optimizer.clearGradients()
            try loss.backward()
            try optimizer.step()
            if step == 1 || step % 10 == 0 {
                print("  step \(step) of \(Self.steps): loss \(rounded(try loss.item()))")
                fflush(nil)
            }
        }
    }

    private func rounded(_ value: Double, _ digits: Int = 3) -> String {
        let scale = pow(10, Double(digits))
        return "\((value * scale).rounded() / scale)"
    }
}
