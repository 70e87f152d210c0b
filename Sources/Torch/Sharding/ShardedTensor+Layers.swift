// Layers on several devices: each shard is computed by a replica, whose parameters are those of the layer or copies.

extension Conv3D {
    /// The layer with the parameters of a replica.
    private func on(_ replica: Replica) throws(TorchError) -> Conv3D {
        Conv3D(
            weight: try replica(weight), bias: try bias.map(replica.callAsFunction), window: window)
    }

    /// Turns `[N, I, D, H, W]` into `[N, O, D′, H′, W′]`.
    public func callAsFunction(_ x: ShardedTensor) throws(TorchError) -> ShardedTensor {
        try x.map { x, replica throws(TorchError) in try on(replica)(x) }
    }

    /// Turns maps of two levels, side by side as ``JoinedFeatures``, into `[N, O, D, H, W]`.
    public func callAsFunction(
        lower: ShardedTensor, same: ShardedTensor
    ) throws(TorchError) -> ShardedTensor {
        try lower.map(with: same) { lower, same, replica throws(TorchError) in
            try on(replica)(JoinedFeatures(lower: lower, same: same))
        }
    }
}

extension ConvTranspose3D {
    /// Turns `[N, I, D, H, W]` into `[N, O, D′, H′, W′]`.
    public func callAsFunction(_ x: ShardedTensor) throws(TorchError) -> ShardedTensor {
        try x.map { x, replica throws(TorchError) in
            try ConvTranspose3D(
                weight: replica(weight), bias: bias.map(replica.callAsFunction), window: window)(x)
        }
    }
}

extension ShardedTensor {
    /// Maps of two levels, side by side as ``JoinedFeatures``: `[N, I + J, D, H, W]`.
    public static func joined(
        lower: ShardedTensor, same: ShardedTensor
    ) throws(TorchError) -> ShardedTensor {
        try lower.map(with: same) { lower, same, _ throws(TorchError) in
            try JoinedFeatures(lower: lower, same: same).tensor()
        }
    }

    /// See ``JoinedFeatures/sum()``.
    public static func sum(
        lower: ShardedTensor, same: ShardedTensor
    ) throws(TorchError) -> ShardedTensor {
        try lower.map(with: same) { lower, same, _ throws(TorchError) in
            try JoinedFeatures(lower: lower, same: same).sum()
        }
    }

    /// See ``Tensor/prelu(weight:)``.
    public func prelu(weight: Tensor) throws(TorchError) -> ShardedTensor {
        try map { x, replica throws(TorchError) in
            try x.prelu(weight: replica(weight).cast(to: x.dtype))
        }
    }

    /// Factors of spatial dropout for maps `[N, C, …]`.
    ///
    /// See ``Tensor/dropoutFactors(images:channels:probability:device:)``.
    /// They are drawn for all images on the first device: an image's do not depend on the number of devices.
    public func dropoutFactors(probability: Double) throws(TorchError) -> ShardedTensor {
        let whole = try Tensor.dropoutFactors(
            images: images, channels: first.shape[1], probability: probability, device: first.device
        )
        return try ShardedTensor(whole, over: shards.map(\.device))
    }
}
