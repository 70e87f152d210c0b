// Sums of normalized maps on several devices.

extension ShardedTensor {
    /// The sum of summands of one shape, see ``Tensor/sum(_:keep:training:slope:)``.
    ///
    /// In training, batch normalization takes the statistics of each shard, or where it is synchronized those of the
    /// whole batch. Running statistics move once: towards those of the whole batch, or to where they moved with each
    /// shard, on average over images.
    public static func sum(
        _ summands: [Summand<ShardedTensor>], keep: ShardedTensor? = nil, training: Bool,
        slope: Double = 1
    ) throws(TorchError) -> ShardedTensor {
        precondition(!summands.isEmpty, "a sum of nothing has no shape")
        let divided = try summands.map { summand throws(TorchError) in
            try summand.divided(training: training)
        }
        let sum = try summands[0].x.mapIndices { index throws(TorchError) in
            try .sum(
                divided.map { $0[index] }, keep: keep?.shards[index], training: training,
                slope: slope)
        }
        if training {
            for (summand, terms) in zip(summands, divided) where terms.count > 1 {
                try summand.takeRunningStatistics(of: terms)
            }
        }
        return sum
    }
}

extension Summand<ShardedTensor> {
    /// The summands of the shards.
    fileprivate func divided(training: Bool) throws(TorchError) -> [Summand<Tensor>] {
        guard x.shards.count > 1 else { return [with(x.first, norm)] }
        let moments = try training ? sharedMoments() : nil
        var terms: [Summand<Tensor>] = []
        for (shard, replica) in zip(x.shards, x.replicas) {
            var term = with(shard, try norm?.on(replica))
            term.moments = try moments?.moved(to: replica.device)
            terms.append(term)
        }
        return terms
    }

    /// The moments of the whole batch, towards which running statistics move; nil if they are not synchronized.
    private func sharedMoments() throws(TorchError) -> ChannelMoments? {
        guard case .batch(let norm) = norm, norm.isSynchronized else { return nil }
        let moments = try x.channelMoments()
        let count = x.first.shape.dropFirst(2).reduce(x.images, *)
        try norm.running.move(towards: moments, count: count, by: norm.momentum)
        return moments
    }

    /// The same for the map of a shard.
    private func with(_ map: Tensor, _ norm: Norm3D?) -> Summand<Tensor> {
        var term = Summand<Tensor>(map, norm: norm, hasReLU: hasReLU, slope: slope)
        term.isDropped = isDropped
        return term
    }

    /// Takes over the running statistics of the shards' replicas.
    fileprivate func takeRunningStatistics(
        of terms: [Summand<Tensor>]
    ) throws(TorchError) {
        guard case .batch(let norm) = norm, !norm.isSynchronized else { return }
        var (means, variances): ([Tensor], [Tensor]) = ([], [])
        for term in terms {
            guard case .batch(let replica) = term.norm else { continue }
            let share = Double(term.x.shape[0]) / Double(x.images)
            means.append(try replica.running.mean * share)
            variances.append(try replica.running.variance * share)
        }
        try norm.running.mean.assign(.reduced(means))
        try norm.running.variance.assign(.reduced(variances))
    }
}

extension Norm3D {
    /// The normalization with the parameters of a replica, and with running statistics of its own.
    fileprivate func on(_ replica: Replica) throws(TorchError) -> Norm3D {
        switch self {
        case .batch(let norm):
            .batch(
                BatchNorm3D(
                    weight: try replica(norm.weight), bias: try replica(norm.bias),
                    running: RunningStatistics(
                        mean: try norm.running.mean.copy().moved(to: replica.device),
                        variance: try norm.running.variance.copy().moved(to: replica.device)),
                    momentum: norm.momentum, epsilon: norm.epsilon))
        case .instance(let norm):
            .instance(
                InstanceNorm3D(
                    weight: try replica(norm.weight), bias: try replica(norm.bias),
                    epsilon: norm.epsilon))
        }
    }
}

extension RunningStatistics {
    /// Moves towards the moments of a batch by a share of the difference; the variance is made unbiased.
    fileprivate func move(
        towards moments: ChannelMoments, count: Int, by momentum: Double
    ) throws(TorchError) {
        try withoutGradients { () throws(TorchError) in
            let unbiased = try moments.variance * (Double(count) / Double(count - 1))
            try mean.assign(mean + (moments.mean - mean) * momentum)
            try variance.assign(variance + (unbiased - variance) * momentum)
        }
    }
}
