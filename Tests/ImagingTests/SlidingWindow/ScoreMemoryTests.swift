import Testing

@testable import SegNASImaging

@Suite("Memory for blocks of scores")
struct ScoreMemoryTests {
    static let box = ScoreBox(x: 0..<10, y: 3..<8, z: 0..<4)

    private func block(_ memory: ScoreMemory) throws -> ScoreBlock {
        try ScoreBlock(zerosFor: 3, box: Self.box, in: memory, threads: 2)
    }

    @Test("a block begins with zeros, whatever the last one has left")
    func zeros() throws {
        let memory = ScoreMemory(most: 1 << 20)
        for _ in 0..<3 {
            let block = try block(memory)
            let values = UnsafeMutableBufferPointer(start: block.values, count: 3 * Self.box.count)
            #expect(values.allSatisfy { $0 == 0 })
            values.update(repeating: 7)
        }
        #expect(try memory.buffer(Self.box.byteCount(classes: 3)).isZero == false)
    }

    @Test("blocks at a time have memory of their own")
    func apart() throws {
        let memory = ScoreMemory(most: 1 << 20)
        let (one, other) = (try block(memory), try block(memory))
        one.values[0] = 1
        #expect(other.values[0] == 0)
    }

    @Test("memory is kept up to the limit, and used for what needs about as much")
    func limit() throws {
        let memory = ScoreMemory(most: 2500)
        func isNew(_ bytes: Int) throws -> Bool { try memory.buffer(bytes).isZero }
        #expect(try isNew(1000))
        #expect(try !isNew(1000))
        #expect(try !isNew(950))
        // It is too small for these, and too large by more than a sixteenth for those.
        #expect(try isNew(1200))
        #expect(try isNew(900))
        // 900 beside 1000 and 1200 are beyond the limit: the oldest one went.
        #expect(try isNew(1000))
        // What is beyond the limit by itself is not kept.
        #expect(try isNew(3000))
        #expect(try isNew(3000))
    }
}
