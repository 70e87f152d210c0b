internal import SegNASSearch

// What the families' networks compute, as `Segmentation` runs them after training.

extension NetworkGraph.Builder {
    typealias Value = NetworkGraph.Value

    /// The searched family.
    mutating func add(_ plan: SegNASPlan) -> Value {
        var y = Value.image
        var copies: [Value] = []
        for (level, block) in plan.encoder.enumerated() {
            if level > 0 {
                y = add("\(block.name).pool", .maxPooling(plan.levels.strides[level - 1]), y)
            }
            y = add(block, y)
            copies.append(y)
        }
        copies.removeLast()
        var scores = plan.isSupervised ? add(plan.heads[0], y) : nil
        for (index, block) in plan.decoder.enumerated() {
            let stride = plan.levels.strides[block.level]
            let enlarged = add("\(block.name).up", .enlargement(stride), y)
            let joined = add("\(block.name).join", .concatenation, enlarged, copies.removeLast())
            y = add(block, joined)
            guard let deeper = scores else { continue }
            let head = plan.heads[index + 1]
            let raised = add("\(head.name).up", .enlargement(stride), deeper)
            scores = add("\(head.name).sum", .sum, raised, add(head, y))
        }
        return scores ?? add(plan.heads[0], y)
    }

    private mutating func add(_ block: MegaBlockPlan, _ x: Value) -> Value {
        var features = [1: x]
        for node in 2...block.graph.nodes {
            var summands: [Value] = []
            for step in block.steps where step.edge.to == node {
                guard let source = features[step.edge.from] else { continue }
                summands.append(step.layer.map { add($0, source) } ?? source)
            }
            if node == block.graph.nodes, block.isResidual {
                summands.append(block.projection.map { add($0, x) } ?? x)
            }
            features[node] = sum(summands, "\(block.name).node\(node)")
        }
        return features[block.graph.nodes] ?? x
    }

    /// 3D U-Net.
    mutating func add(_ plan: UNet3DPlan) -> Value {
        var y = Value.image
        var copies: [Value] = []
        for (level, convolutions) in plan.encoder.enumerated() {
            if level > 0 {
                y = add("encoder.\(level).pool", .maxPooling(plan.levels.strides[level - 1]), y)
            }
            y = add(convolutions, y)
            copies.append(y)
        }
        copies.removeLast()
        for level in plan.decoder {
            y = add(level.up, y)
            y = add("\(level.up.name).join", .concatenation, y, copies.removeLast())
            y = add(level.convolutions, y)
        }
        return add(plan.head, y)
    }

    /// V-Net.
    mutating func add(_ plan: VNetPlan, channels: Int) -> Value {
        var y = Value.image
        var copies: [Value] = []
        for stage in plan.encoder {
            y = add([stage.resize].compactMap(\.self), y)
            y = add(stage, y, channels: copies.isEmpty ? channels : nil)
            copies.append(y)
        }
        copies.removeLast()
        for stage in plan.decoder {
            guard let up = stage.resize else { continue }
            y = add(up, y)
            y = add("\(up.name).join", .concatenation, y, copies.removeLast())
            y = add(stage, y, channels: nil)
        }
        return add(plan.head, y)
    }

    /// A stage; its input, of which images have too few `channels`, is added before the last activation.
    private mutating func add(_ stage: VNetPlan.Stage, _ x: Value, channels: Int?) -> Value {
        guard var last = stage.convolutions.last else { return x }
        let activated = last
        var y = add(stage.convolutions.dropLast(), x)
        last.activation = .none
        y = add(last, y)
        var added = x
        if let channels, channels != last.outputs {
            added = add(
                "\(last.name).input", .repetition(channels: last.outputs, of: channels), x)
        }
        y = add("\(last.name).sum", .sum, y, added)
        return add("\(last.name).activation", .activation(activated), y)
    }

    /// nnU-Net's networks; of their heads the last one gives the scores.
    mutating func add(_ plan: NNUNetPlan) -> Value {
        var y = Value.image
        var copies: [Value] = []
        y = add([plan.stem].compactMap(\.self), y)
        for stage in plan.encoder {
            for unit in stage {
                switch unit {
                case .convolution(let layer): y = add(layer, y)
                case .block(let block): y = add(block, y)
                }
            }
            copies.append(y)
        }
        copies.removeLast()
        for level in plan.decoder {
            y = add(level.up, y)
            y = add("\(level.up.name).join", .concatenation, y, copies.removeLast())
            y = add(level.convolutions, y)
        }
        return add(plan.heads[plan.heads.count - 1], y)
    }

    private mutating func add(_ block: NNUNetPlan.Block, _ x: Value) -> Value {
        let main = add(block.second, add(block.first, x))
        var shortcut = x
        if block.first.stride != [1, 1, 1] {
            shortcut = add("\(block.first.name).pool", .averagePooling(block.first.stride), x)
        }
        if let projection = block.projection { shortcut = add(projection, shortcut) }
        var activated = block.second
        activated.activation = .leakyReLU
        let sum = add("\(block.second.name).sum", .sum, main, shortcut)
        return add("\(block.second.name).activation", .activation(activated), sum)
    }
}
