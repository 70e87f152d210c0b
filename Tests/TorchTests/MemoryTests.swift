import Foundation
import SegNASHost
import SegNASRandomness
import Testing

@testable import SegNASTorch

@TensorActor
@Suite("Memory")
struct MemoryTests {
    static let mebibyte: UInt64 = 1 << 20

    @Test("a tensor beyond the budget is refused with the figures, and the program works on")
    func budget() throws {
        let before = try TensorMemory.statistics().current
        try TensorMemory.setBudget(ByteCount(before.bytes + 64 * Self.mebibyte))
        defer { try? TensorMemory.setBudget(nil) }
        let error = #expect(throws: TorchError.self) { try Tensor.zeros([1 << 28]) }
        guard case .outOfMemory(let shortage) = error else {
            Issue.record("not an out-of-memory error: \(String(describing: error))")
            return
        }
        #expect(shortage.requested == ByteCount(1 << 30))
        #expect(shortage.inUse == before)
        #expect(shortage.limit == ByteCount(before.bytes + 64 * Self.mebibyte))
        #expect(shortage.description.hasPrefix("out of memory: 1 GiB more were needed, with "))
        #expect(try Tensor.ones([1 << 20]).sum().item() == 1_048_576)
        #expect(try TensorMemory.statistics().current == before)
    }

    @Test("a shortage in the middle of a backward pass is an error too, and leaves nothing behind")
    func budgetInBackward() throws {
        let before = try TensorMemory.statistics()
        do {
            let x = try Tensor.ones([1, 8, 32, 32, 32])
            try x.setRequiresGradient(true)
            let loss = try x.exp().exp().sum()
            let now = try TensorMemory.statistics().current
            try TensorMemory.setBudget(ByteCount(now.bytes + Self.mebibyte / 2))
            defer { try? TensorMemory.setBudget(nil) }
            let error = #expect(throws: TorchError.self) { try loss.backward() }
            guard case .outOfMemory = error else {
                Issue.record("not an out-of-memory error: \(String(describing: error))")
                return
            }
        }
        #expect(try TensorMemory.statistics().current == before.current)
        #expect(TensorMemory.isConsistent)
    }

    @Test("current and peak count the bytes of tensors")
    func counting() throws {
        try TensorMemory.resetPeak()
        let before = try TensorMemory.statistics()
        do {
            let x = try Tensor.zeros([3 << 20], dtype: .uint8)
            let during = try TensorMemory.statistics()
            #expect(during.current.bytes - before.current.bytes == 3 * Self.mebibyte)
            #expect(during.blocks - before.blocks == 1)
            _ = try x.copy()
        }
        let after = try TensorMemory.statistics()
        #expect(after.current == before.current)
        #expect(after.peak.bytes - before.current.bytes == 6 * Self.mebibyte)
    }

    @Test("normalization followed by ReLU holds one tensor less than the two apart")
    func fusedActivation() throws {
        let norm = try BatchNorm3D(8)
        let x = try sines([1, 8, 32, 32, 32], phase: 0).cast(to: .float32)
            .laidOut(in: .channelsLast)
        try x.setRequiresGradient(true)
        func peak(_ body: () throws -> Tensor) throws -> UInt64 {
            let before = try TensorMemory.statistics().current.bytes
            try TensorMemory.resetPeak()
            let result = try body()
            return try withExtendedLifetime(result) {
                try TensorMemory.statistics().peak.bytes - before
            }
        }
        let apart = try peak { try norm(x, training: true).relu() }
        let fused = try peak {
            try Tensor.sum([Summand(x, norm: .batch(norm), hasReLU: true)], training: true)
        }
        #expect(apart - fused > 1_000_000)  // of 1 MiB; small scratch differs
    }

    @Test("freed memory is kept for reuse, and given back when asked")
    func reuse() throws {
        try TensorMemory.trim()
        let before = try TensorMemory.statistics().reserved
        do { _ = try Tensor.zeros([32 << 20], dtype: .uint8) }
        let kept = try TensorMemory.statistics().reserved
        #expect(kept.bytes - before.bytes >= 32 * Self.mebibyte)
        do { _ = try Tensor.zeros([31 << 20], dtype: .uint8) }
        #expect(try TensorMemory.statistics().reserved == kept)
        let resident = try residentBytes()
        try TensorMemory.trim()
        #expect(try TensorMemory.statistics().reserved <= before)
        #expect(try residentBytes() < resident - 24_000_000)
    }

    /// Memory of this process that is really there: field 2 of /proc/self/statm, in pages.
    private func residentBytes() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(
            separator: " ")
        return try #require(Int(fields[1])) * Int(getpagesize())
    }

    @Test("memory kept for reuse is given back before the budget is passed")
    func reuseWithinBudget() throws {
        try TensorMemory.trim()
        let before = try TensorMemory.statistics()
        let limit = ByteCount(before.reserved.bytes + 96 * Self.mebibyte)
        try TensorMemory.setBudget(limit)
        defer { try? TensorMemory.setBudget(nil) }
        // Free 60 MiB in pieces of 4 between walls: each too small for what follows.
        var blocks: [(piece: Tensor?, wall: Tensor)] = []
        for _ in 0..<15 {
            blocks.append(
                (try .zeros([4 << 20], dtype: .uint8), try .zeros([256 << 10], dtype: .uint8)))
        }
        for index in blocks.indices { blocks[index].piece = nil }
        let large = try Tensor.zeros([60 << 20], dtype: .uint8)
        #expect(try TensorMemory.statistics().reserved <= limit)
        withExtendedLifetime((blocks, large)) {}
    }

    @Test(
        "1,000 forward and backward passes leave nothing behind", arguments: MemoryFormat.allCases)
    func leaks(_ format: MemoryFormat) throws {
        var generator = SeededGenerator(seed: 1)
        let conv = try Conv3D(2, 3, using: &generator)
        let norm = try BatchNorm3D(3)
        let head = try Conv3D(3, 2, kernel: 1, using: &generator)
        let x = try Tensor.ones([1, 2, 5, 4, 3]).laidOut(in: format)
        let target = try Tensor.zeros([1, 1, 5, 4, 3], dtype: .int64)
        let parameters = [conv, head].flatMap(\.weights.parameters.tensors)
        func pass() throws {
            let scores = try head(
                Tensor.sum([Summand(conv(x), norm: .batch(norm), hasReLU: true)], training: true))
            try (-scores.logSoftmax(along: 1).gathered(target, along: 1)).mean().backward()
            for parameter in parameters + norm.weights.parameters.tensors {
                try parameter.clearGradient()
            }
        }
        try pass()
        let before = try TensorMemory.statistics()
        for _ in 0..<1000 { try pass() }
        let after = try TensorMemory.statistics()
        #expect(after.current == before.current)
        #expect(after.blocks == before.blocks)
    }

    /// Blocks of every size, freed in random order: contents stay, tags agree, nothing overlaps.
    @Test("the heap holds its invariants under random use", arguments: 1...4 as ClosedRange<UInt64>)
    func randomUse(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let before = try TensorMemory.statistics()
        var held: [(tensor: Tensor, value: Int64)] = []
        for step in 0..<400 {
            if held.count > 30 || (!held.isEmpty && Bool.random(using: &generator)) {
                let index = held.indices.randomElement(using: &generator) ?? 0
                let (tensor, value) = held.remove(at: index)
                #expect(try tensor.min().item() == Double(value))
                #expect(try tensor.max().item() == Double(value))
            } else {
                let size = Int(1) << Int.random(in: 8...19, using: &generator)
                let count = Int.random(in: size / 2...size, using: &generator)
                held.append((try .full([count], Double(step), dtype: .int64), Int64(step)))
            }
            if step % 97 == 0 { try TensorMemory.trim() }
            guard TensorMemory.isConsistent else {
                Issue.record("inconsistent after step \(step)")
                return
            }
        }
        held = []
        #expect(try TensorMemory.statistics().current == before.current)
    }
}
