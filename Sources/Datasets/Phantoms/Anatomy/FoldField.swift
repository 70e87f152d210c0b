internal import Glibc
internal import SegNASRandomness

/// The course of sulci: the distance to sheets that wind through space about one gyrus apart.
///
/// The sheets are the zeros of random waves of nearly one length, which are as winding as those of a brain.
struct FoldField {
    /// Nodes along each axis of a period, a power of two.
    private static let side = 32
    /// Gyri in a period.
    private static let gyri = 8

    /// Signed distances in gyri at nodes, x fastest.
    private let distances: [Float]

    /// Draws waves.
    init(using generator: inout SeededGenerator) {
        let waves = Self.drawWaves(using: &generator)
        let count = Self.side * Self.side * Self.side
        distances = Array(unsafeUninitializedCapacity: count) { nodes, initialized in
            var node = 0
            for z in 0..<Self.side {
                for y in 0..<Self.side {
                    for x in 0..<Self.side {
                        nodes[node] = Self.distance(SIMD3(x, y, z), waves)
                        node += 1
                    }
                }
            }
            initialized = count
        }
    }

    private struct Wave {
        /// Whole waves in a period along each axis.
        var vector: SIMD3<Int>
        var cosine: Float
        var sine: Float
    }

    private static let wavesPerPeriod = gyri / 2
    private static let waveCount = 24

    private static func drawWaves(using generator: inout SeededGenerator) -> [Wave] {
        let reach = -(wavesPerPeriod + 1)...(wavesPerPeriod + 1)
        let all = reach.flatMap { z in reach.flatMap { y in reach.map { x in SIMD3(x, y, z) } } }
        let square = wavesPerPeriod * wavesPerPeriod
        let band = all.filter { (square - 3...square + 4).contains(($0 &* $0).wrappedSum()) }
        return (0..<waveCount).map { _ in
            Wave(
                vector: band[Int.random(in: 0..<band.count, using: &generator)],
                cosine: Float(generator.normal()),
                sine: Float(generator.normal()))
        }
    }

    /// The distance of a node to the sheet beside it, from the waves' sum n and its gradient.
    ///
    /// A single wave of number k has n = a sin(kd) and |∇n| = ak cos(kd), so its phase tells the distance d.
    private static func distance(_ node: SIMD3<Int>, _ waves: [Wave]) -> Float {
        var sum: Float = 0
        var gradient = SIMD3<Float>.zero
        for wave in waves {
            let phase = (wave.vector &* node).wrappedSum() & (side - 1)
            let (cosine, sine) = (cosines[phase], cosines[(phase + 3 * side / 4) & (side - 1)])
            sum += wave.cosine * cosine + wave.sine * sine
            gradient +=
                (wave.sine * cosine - wave.cosine * sine) * SIMD3<Float>(wave.vector)
        }
        let slope = (gradient * gradient).sum().squareRoot() / Float(wavesPerPeriod)
        return atan2(sum, slope) / .pi
    }

    private static let cosines: [Float] = (0..<side).map {
        Float(cos(2 * Double.pi * Double($0) / Double(side)))
    }

    /// The distance to the next sheet, from -0.5 to 0.5 gyri, at a point given in gyri.
    func distance(x: Float, y: Float, z: Float) -> Float {
        let mask = Self.side - 1
        let (i, u) = Self.split(x)
        let (j, v) = Self.split(y)
        let (k, w) = Self.split(z)
        let rows = SIMD4(
            (k & mask) * Self.side + (j & mask), (k & mask) * Self.side + ((j + 1) & mask),
            ((k + 1) & mask) * Self.side + (j & mask),
            ((k + 1) & mask) * Self.side + ((j + 1) & mask))
        return distances.withUnsafeBufferPointer { nodes in
            func along(_ row: Int) -> Float {
                let near = nodes[row * Self.side + (i & mask)]
                return near + u * (nodes[row * Self.side + ((i + 1) & mask)] - near)
            }
            let front = along(rows[0]) + v * (along(rows[1]) - along(rows[0]))
            let back = along(rows[2]) + v * (along(rows[3]) - along(rows[2]))
            return front + w * (back - front)
        }
    }

    /// The node below a coordinate, in nodes, and the rest.
    private static func split(_ gyriAlong: Float) -> (Int, Float) {
        // The offset, a multiple of the period, makes the number positive: truncation is then a floor.
        let position = gyriAlong * Float(side / gyri) + Float(1024 * side)
        let node = Int(Int32(position))
        return (node, position - Float(node))
    }
}
