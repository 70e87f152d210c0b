internal import CTorch

/// Mean and variance of each channel, with gradients: `[C]` each, float32.
public struct ChannelMoments {
    public var mean: Tensor
    /// The mean of squared deviations, divided by the count.
    public var variance: Tensor

    func moved(to device: Device) throws(TorchError) -> ChannelMoments {
        ChannelMoments(mean: try mean.moved(to: device), variance: try variance.moved(to: device))
    }
}

extension Tensor {
    /// Mean and variance of each channel of `[N, C, D, H, W]` over images and voxels; of float64 in that type.
    public func channelMoments() throws(TorchError) -> ChannelMoments {
        var (mean, variance) = (ct_tensor(), ct_tensor())
        try check(withExtendedLifetime(self) { ct_channel_moments(handle, &mean, &variance) })
        return ChannelMoments(mean: Tensor(owning: mean), variance: Tensor(owning: variance))
    }
}

extension ShardedTensor {
    /// Mean and variance of each channel over the images and voxels of all shards, on the device of the first.
    ///
    /// With n_i of n images in shard i: m = Σ n_i/n·m_i, v = Σ n_i/n·(v_i + (m_i − m)²). Chan, Golub & LeVeque 1983,
    /// doi:10.1080/00031305.1983.10483115.
    func channelMoments() throws(TorchError) -> ChannelMoments {
        let parts = try shards.map { shard throws(TorchError) in
            try shard.channelMoments().moved(to: first.device)
        }
        let shares = shards.map { Double($0.shape[0]) / Double(images) }
        let mean = try Tensor.reduced(
            zip(parts, shares).map { part, share throws(TorchError) in try part.mean * share })
        let variance = try Tensor.reduced(
            zip(parts, shares).map { part, share throws(TorchError) in
                let deviation = try part.mean - mean
                return try (part.variance + deviation * deviation) * share
            })
        return ChannelMoments(mean: mean, variance: variance)
    }
}
