import CTorch
import Foundation
import TestSupport
import Testing

@testable import SegNASTorch

@TensorActor
@Suite("Optimizers")
struct OptimizerTests {
    struct Named: Sendable, CustomTestStringConvertible {
        var name: String
        var method: OptimizationMethod
        var learningRate: Double
        var testDescription: String { name }

        static let all = [
            Named(name: "nadam", method: .nadam(), learningRate: 1e-3),
            Named(name: "adam", method: .adam(), learningRate: 1e-3),
            Named(
                name: "adam with l2", method: .adam(Adam(weightDecay: 0.1)),
                learningRate: 1e-3),
            Named(
                name: "adamw", method: .adam(Adam(weightDecay: 0.1, decoupled: true)),
                learningRate: 1e-3),
            Named(
                name: "sgd", method: .sgd(SGD(nesterov: false, weightDecay: 0.01)),
                learningRate: 1e-2),
            Named(name: "nesterov", method: .sgd(), learningRate: 1e-2),
        ]
    }

    @Test("50 steps equal PyTorch", arguments: Named.all, [DType.float32, .float64])
    func equalsPyTorch(_ named: Named, _ dtype: DType) throws {
        let expected: [String: [[Double]]] = try fixture("optimizers.json", in: .module)
        let problem = try Problem(dtype: dtype)
        let optimizer = try Optimizer(
            problem.parameters, named.method, learningRate: named.learningRate)
        try problem.run(optimizer, steps: 50)
        for (tensor, values) in zip(problem.parameters.tensors, try #require(expected[named.name]))
        {
            #expect(relativeError(try tensor.values, values) < (dtype == .float64 ? 1e-12 : 1e-6))
        }
    }

    @Test("a restored optimizer continues as if never stopped", arguments: Named.all)
    func restores(_ named: Named) throws {
        let whole = try Problem()
        let uninterrupted = try Optimizer(
            whole.parameters, named.method, learningRate: named.learningRate)
        try whole.run(uninterrupted, steps: 20)

        let parts = try Problem()
        let first = try Optimizer(
            parts.parameters, named.method, learningRate: named.learningRate)
        try parts.run(first, steps: 7)
        let second = try Optimizer(
            parts.parameters, named.method, learningRate: named.learningRate)
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "optimizer.safetensors").path
            try SafetensorsFile(tensors: first.state()).write(to: path)
            try second.restore(SafetensorsFile(reading: path).tensors)
        }
        #expect(second.steps == 7)
        try parts.run(second, steps: 13)
        for (a, b) in zip(whole.parameters.tensors, parts.parameters.tensors) {
            #expect(try a.array(of: Float.self) == b.array(of: Float.self))
        }
    }

    /// The first step moves by the learning rate alone, so the moments' rounding shows in the second.
    @Test("a float32 step is right to float32", arguments: Named.all.prefix(2))
    func smallSteps(_ named: Named) throws {
        let steps = try [DType.float32, .float64].map { dtype in
            let parameter = try Tensor.zeros([4], dtype: dtype)
            try parameter.setRequiresGradient(true)
            let optimizer = try Optimizer(["p": parameter], named.method, learningRate: 1e-3)
            let targets = try Tensor([1, -2, 0.3, 50], shape: [4]).cast(to: dtype)
            for scale in [1.0, 0.1, 3] {
                try optimizer.clearGradients()
                try (parameter * targets * scale).sum().backward()
                try optimizer.step()
            }
            return try parameter.values
        }
        #expect(relativeError(steps[0], steps[1]) < 3e-7)
    }

    @Test("the state of another method is refused")
    func refusesOtherMethod() throws {
        let problem = try Problem()
        let adam = try Optimizer(problem.parameters, .adam(), learningRate: 1e-3)
        let nadam = try Optimizer(problem.parameters, .nadam(), learningRate: 1e-3)
        #expect(throws: TorchError.self) { try nadam.restore(adam.state()) }
        #expect(throws: TorchError.self) { try adam.restore(nadam.state()) }
    }

    @Test("a state of another network is refused, and nothing has changed")
    func refusesForeignState() throws {
        let problem = try Problem()
        let optimizer = try Optimizer(problem.parameters, .nadam(), learningRate: 1e-3)
        #expect(
            throws: TorchError.operation(
                "these tensors are not this network's: 'a.first' has shape [2], not [6], "
                    + "'a.second' is missing, 'b.first' is missing, 'b.second' is missing, "
                    + "'steps' is missing, 'momentum_product' is missing, 'c' is unknown")
        ) { try optimizer.restore(["a.first": .ones([2]), "c": .ones([1])]) }
        #expect(optimizer.steps == 0)
    }

    @Test("a parameter without a gradient is named")
    func missingGradient() throws {
        let problem = try Problem()
        let optimizer = try Optimizer(problem.parameters, .sgd(), learningRate: 1)
        #expect(
            throws: TorchError.operation("optimizer step: parameter 'a' has no gradient")
        ) { try optimizer.step() }
    }

    @Test("the multi-tensor step, which GPUs take, equals the fused one")
    func foreachEqualsFused() throws {
        var adam = ct_adam_coefficients(
            beta1: 0.9, beta2: 0.99, epsilon: 1e-6, momentum_weight: 0.02, gradient_weight: 0.01,
            second_scale: 1.3, l2: 0.1, decay: 0.05)
        let fused = try Problem(dtype: .float64).slotValues { slots in
            ct_adam_step(slots, slots.count, &adam, .CT_STEP_FUSED)
        }
        let foreach = try Problem(dtype: .float64).slotValues { slots in
            ct_adam_step(slots, slots.count, &adam, .CT_STEP_FOREACH)
        }
        #expect(relativeError(foreach, fused) < 1e-13)
        for nesterov in [false, true] {
            var sgd = ct_sgd_coefficients(rate: 0.1, momentum: 0.9, l2: 0.1, nesterov: nesterov)
            let fused = try Problem(dtype: .float64).slotValues { slots in
                ct_sgd_step(slots, slots.count, &sgd, .CT_STEP_FUSED)
            }
            let foreach = try Problem(dtype: .float64).slotValues { slots in
                ct_sgd_step(slots, slots.count, &sgd, .CT_STEP_FOREACH)
            }
            #expect(relativeError(foreach, fused) < 1e-13)
        }
    }

    @Test("a step over large parameters runs on two threads, and gives what one thread gives")
    func usesThreads() throws {
        let threads = CPU.threads
        defer { try? CPU.setThreads(threads) }
        let results = try [1, 2].map { count in
            try CPU.setThreads(count)
            let parameters: NamedTensors = try [
                "small": .ones([3]), "large": sines([300_001], phase: 0).cast(to: .float32),
            ]
            for tensor in parameters.tensors { try tensor.setRequiresGradient(true) }
            let optimizer = try Optimizer(parameters, .nadam(), learningRate: 1e-3)
            for tensor in parameters.tensors { try tensor.power(3).sum().backward() }
            try optimizer.step()
            #expect(CPU.lastParallelWidth == count)
            return try parameters.tensors.map { try $0.array(of: Float.self) }
        }
        #expect(results[0] == results[1])
    }

    @Test("a gradient in another order of memory is matched element by element")
    func mixedLayouts() throws {
        let shape = [2, 3, 2, 1, 2]
        let values = try sines(shape, phase: 0).cast(to: .float32)
        let results = try [MemoryFormat.contiguous, .channelsLast].map { format in
            let parameter = try values.laidOut(in: format).copy()
            try parameter.setRequiresGradient(true)
            let optimizer = try Optimizer(["p": parameter], .nadam(), learningRate: 0.1)
            for _ in 0..<3 {
                try optimizer.clearGradients()
                // The gradient of a permuted copy arrives contiguous.
                try (parameter.laidOut(in: .contiguous) * values).power(2).sum().backward()
                try optimizer.step()
            }
            return try parameter.array(of: Float.self)
        }
        #expect(results[0] == results[1])
    }
}

/// The minimization of `Fixtures/optimizers.py`.
private struct Problem {
    let parameters: NamedTensors

    init(dtype: DType = .float32) throws {
        parameters = try [
            "a": sines([6], phase: 0).cast(to: dtype), "b": sines([17], phase: 1).cast(to: dtype),
        ]
        for tensor in parameters.tensors { try tensor.setRequiresGradient(true) }
    }

    func run(_ optimizer: Optimizer, steps: Int) throws {
        for _ in 0..<steps {
            try optimizer.clearGradients()
            for p in parameters.tensors {
                try ((p - 0.3).power(4).sum() + p.power(2).sum() / 2).backward()
            }
            try optimizer.step()
        }
    }

    /// Parameters and moments after one step from moments that are not zero.
    func slotValues(_ step: ([ct_optimizer_slot]) -> ct_status) throws -> [Double] {
        let parameters = try parameters.tensors.map { try $0.detached() }
        let gradients = try parameters.map { try $0 * 2 + 0.1 }
        let first = try parameters.map { try $0 * 0.5 }
        let second = try parameters.map { try $0.power(2) + 0.1 }
        let slots = parameters.indices.map { i in
            ct_optimizer_slot(
                parameter: parameters[i].handle, gradient: gradients[i].handle,
                first: first[i].handle, second: second[i].handle)
        }
        try check(step(slots))
        return try (parameters + first + second).flatMap { try $0.values }
    }
}
