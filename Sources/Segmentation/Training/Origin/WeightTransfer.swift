internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch
internal import SegNASTorch

/// The weights of a network that takes over those of a model with the same layers, but for the head where labels
/// differ.
struct WeightTransfer {
    /// All weights of the network.
    private(set) var weights = NamedTensors()
    /// The number of tensors that are the model's as a whole.
    private(set) var taken = 0
    private let model: Preparation
    private let labels: LabelTable
    /// For each output of the network the model's output of the same name.
    private let sources: [Int?]

    /// The head's rows for labels, or regions, that the model has by that name are the model's; those of others stay.
    ///
    /// - Parameters:
    ///   - model: A model whose network differs in the number of classes at most.
    ///   - network: A new network.
    ///   - labels: Of the new network.
    /// - Throws: `TorchError`, for want of memory or for networks that differ otherwise.
    init(_ model: Model, to network: Network, labels: LabelTable) throws(TorchError) {
        self.model = model.description.preparation
        self.labels = labels
        let known = self.model.labels.outputs
        // The scores of a region and of a label mean different things.
        let areAlike = (labels.regions == nil) == (self.model.labels.regions == nil)
        sources = labels.outputs.map { areAlike ? known.firstIndex(of: $0) : nil }
        let heads = network.plan.headNames
        let old = model.network.weights.all
        for (name, tensor) in network.weights.all {
            guard let source = old[name] else {
                throw .operation("the model has no tensor '\(name)'")
            }
            if isSameHead || !heads.contains(where: { name.hasPrefix($0 + ".") }) {
                weights.add(source, named: name)
                taken += 1
            } else {
                weights.add(try rows(of: source, beside: tensor), named: name)
            }
        }
    }

    private var isSameHead: Bool {
        sources == Array(0..<model.labels.outputCount)
    }

    /// A head's tensor, a row for each class along the first axis.
    private func rows(of source: Tensor, beside fresh: Tensor) throws(TorchError) -> Tensor {
        try withoutGradients { () throws(TorchError) in
            let fresh = try fresh.detached().moved(to: source.device)
            var rows: [Tensor] = []
            for (row, known) in sources.enumerated() {
                let (tensor, row) = known.map { (source, $0) } ?? (fresh, row)
                rows.append(try tensor.detached().sliced(row..<row + 1, along: 0))
            }
            return try Tensor.concatenated(rows, along: 0)
        }
    }

    /// `54 of 56 tensors; a new head: 3 labels instead of 20, of which that of the background is taken over too`.
    var words: String {
        let all = "\(taken) of \(counted(weights.names.count, "tensor"))"
        guard !isSameHead else { return all }
        let kept = zip(labels.outputs, sources).filter { $1 != nil }.map(\.0.name)
        let (now, before) = (labels.structures.count, model.labels.structures.count)
        let taken =
            switch kept.count {
            case 0: "none is"
            case 1: "that of \(kept[0]) is"
            default: "those of \(some(kept)) are"
            }
        return "\(all); a new head: \(counted(now, labels.structureNoun))"
            + (now == before ? ", as many as before" : " instead of \(before)")
            + ", of which \(taken) taken over too"
    }
}

extension LabelTable {
    /// What the outputs of a network stand for, in order.
    fileprivate var outputs: [Output] {
        (regions == nil ? [.background] : []) + structures.map { .structure($0.name) }
    }

    fileprivate enum Output: Equatable {
        case background
        case structure(String)

        var name: String {
            switch self {
            case .background: "the background"
            case .structure(let name): name
            }
        }
    }
}

extension NetworkPlan {
    /// The names of the layers whose outputs are the classes.
    var headNames: [String] {
        let more = try? NetworkPlan(
            architecture, channels: channels, classes: classes + 1, levels: levels)
        return zip(layers, more?.layers ?? []).filter { $0.outputs != $1.outputs }.map(\.0.name)
    }
}
