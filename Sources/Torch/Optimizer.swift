internal import CTorch

/// Updates parameters by their gradients, in one fused pass over all of them per step.
///
/// ```swift
/// let optimizer = try Optimizer(network.weights.parameters, .nadam(), learningRate: 1e-3)
/// try loss.backward()
/// try optimizer.step()
/// try optimizer.clearGradients()
/// ```
public final class Optimizer {
    public let method: OptimizationMethod
    public var learningRate: Double
    /// Steps taken.
    public private(set) var steps = 0

    private let parameters: NamedTensors
    /// m (or the momentum buffer) of each parameter.
    private let first: [Tensor]
    /// v of each parameter.
    private let second: [Tensor]
    /// Π_{i≤t} μᵢ of Nadam.
    private var momentumProduct = 1.0

    /// An optimizer of float32 or float64 leaves that require gradients, all on one device.
    public init(
        _ parameters: NamedTensors, _ method: OptimizationMethod, learningRate: Double
    ) throws(TorchError) {
        self.method = method
        self.learningRate = learningRate
        self.parameters = parameters
        first = try parameters.tensors.map { parameter throws(TorchError) in
            try parameter.zerosLike()
        }
        second =
            try method.usesSecondMoment
            ? first.map { moment throws(TorchError) in try moment.zerosLike() } : []
    }

    /// Moves every parameter once.
    ///
    /// - Throws: ``TorchError/operation(_:)`` naming a parameter that has no gradient.
    public func step() throws(TorchError) {
        var gradients: [Tensor] = []
        for (name, parameter) in parameters {
            guard let gradient = try parameter.gradient else {
                throw .operation("optimizer step: parameter '\(name)' has no gradient")
            }
            gradients.append(gradient)
        }
        try withExtendedLifetime((self, gradients)) { () throws(TorchError) in
            try apply(to: slots(gradients))
        }
    }

    public func clearGradients() throws(TorchError) {
        for parameter in parameters.tensors { try parameter.clearGradient() }
    }

    private func slots(_ gradients: [Tensor]) -> [ct_optimizer_slot] {
        parameters.tensors.enumerated().map { i, parameter in
            ct_optimizer_slot(
                parameter: parameter.handle, gradient: gradients[i].handle, first: first[i].handle,
                second: method.usesSecondMoment ? second[i].handle : ct_tensor())
        }
    }

    private func apply(to slots: [ct_optimizer_slot]) throws(TorchError) {
        let isOnGPU = parameters.tensors.contains { $0.device != .cpu && $0.device != .meta }
        let how: ct_step_method = isOnGPU ? .CT_STEP_FOREACH : .CT_STEP_FUSED
        let step = steps + 1
        switch method {
        case .nadam(let nadam):
            let product = momentumProduct * nadam.momentum(at: step)
            var coefficients = nadam.coefficients(
                step: step, momentumProduct: product, learningRate: learningRate)
            try check(ct_adam_step(slots, slots.count, &coefficients, how))
            momentumProduct = product
        case .adam(let adam):
            var coefficients = adam.coefficients(step: step, learningRate: learningRate)
            try check(ct_adam_step(slots, slots.count, &coefficients, how))
        case .sgd(let sgd):
            var coefficients = ct_sgd_coefficients(
                rate: learningRate, momentum: sgd.momentum, l2: sgd.weightDecay,
                nesterov: sgd.nesterov)
            try check(ct_sgd_step(slots, slots.count, &coefficients, how))
        }
        steps = step
    }
}

extension NamedTensors {
    /// Scales the gradients of all parameters so that their joint norm is at most `limit`.
    ///
    /// Pascanu et al. 2013, arXiv:1211.5063. Gradients that are not finite do not become so. A GPU is not waited
    /// for.
    ///
    /// - Throws: ``TorchError`` if memory is short.
    public func clipGradients(toNorm limit: Double) throws(TorchError) {
        let gradients = try tensors.map { parameter throws(TorchError) in try parameter.gradient }
            .compactMap { $0 }
        try withExtendedLifetime(gradients) { () throws(TorchError) in
            try check(ct_clip_to_norm(gradients.map(\.handle), gradients.count, limit))
        }
    }

    /// Takes each tensor nearer to the one of the same place: share × itself + (1 − share) × the other.
    ///
    /// - Throws: ``TorchError`` if shapes differ.
    public func move(towards others: NamedTensors, keeping share: Double) throws(TorchError) {
        precondition(names == others.names, "tensors of different names")
        try withExtendedLifetime((self, others)) { () throws(TorchError) in
            try check(
                ct_move_averages(
                    tensors.map(\.handle), others.tensors.map(\.handle), names.count, share))
        }
    }
}

// MARK: - State

extension Optimizer {
    /// The state on which the next step depends besides parameters, gradients and ``learningRate``.
    ///
    /// It shares memory with the optimizer and must be written out before the next step.
    public func state() throws(TorchError) -> NamedTensors {
        var state = NamedTensors()
        for (index, name) in parameters.names.enumerated() {
            state.add(first[index], named: "\(name).first")
            if method.usesSecondMoment { state.add(second[index], named: "\(name).second") }
        }
        state.add(try Tensor(Int64(steps)), named: "steps")
        if case .nadam = method {
            state.add(try Tensor(momentumProduct), named: "momentum_product")
        }
        return state
    }

    /// Restores a saved state of the same method and parameters.
    ///
    /// - Throws: ``TorchError/operation(_:)`` listing all that does not fit; nothing has changed then.
    public func restore(_ saved: NamedTensors) throws(TorchError) {
        let current = try state()
        try current.assign(saved)
        if let steps = current["steps"] { self.steps = Int(try steps.item()) }
        if let product = current["momentum_product"] { momentumProduct = try product.item() }
    }
}
