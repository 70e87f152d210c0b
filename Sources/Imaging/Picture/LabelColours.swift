internal import Glibc

/// Colours for labels, each as different as possible from those before it, for colour-blind readers too.
///
/// Greedy farthest points (Glasbey et al. 2007, "Colour displays for categorical images", doi:10.1002/col.20327) in
/// the OKLab space, where the distance of two colours is the smallest that readers see: with all cones, without
/// red ones, and without green ones (Machado, Oliveira & Fernandes 2009, doi:10.1109/TVCG.2009.113).
package enum LabelColours {
    package static func distinct(_ count: Int) -> [RGB] {
        var nearest = [Double](repeating: .infinity, count: candidates.count)
        var chosen: [RGB] = []
        var next = candidates.firstIndex { $0.colour == first } ?? 0
        for _ in 0..<count {
            let pick = candidates[next]
            chosen.append(pick.colour)
            for index in candidates.indices {
                let distance = distance(candidates[index].seen, pick.seen)
                nearest[index] = min(nearest[index], distance)
            }
            next = nearest.indices.max { nearest[$0] < nearest[$1] } ?? 0
        }
        return chosen
    }

    private static let first = RGB(255, 153, 0)

    private struct Candidate {
        var colour: RGB
        /// The colour in OKLab, as each kind of reader sees it.
        var seen: [SIMD3<Double>]
    }

    /// Colours with enough of both brightness and colour to stand out from grey.
    private static let candidates: [Candidate] = {
        let levels = stride(from: 0, through: 255, by: 51).map { UInt8($0) }
        let all = levels.flatMap { red in
            levels.flatMap { green in levels.map { RGB(red, green, $0) } }
        }
        return all.compactMap { colour in
            let linear = SIMD3(colour.red, colour.green, colour.blue).linear
            let seen = sights.map { okLab(apply($0, to: linear)) }
            let chroma = (seen[0].y * seen[0].y + seen[0].z * seen[0].z).squareRoot()
            guard (0.35...0.97).contains(seen[0].x), chroma > 0.05 else { return nil }
            return Candidate(colour: colour, seen: seen)
        }
    }()

    private static func distance(_ a: [SIMD3<Double>], _ b: [SIMD3<Double>]) -> Double {
        let distances = zip(a, b).map { ($0 - $1).length }
        // Most readers have all cones: the others' distances count for more than they are, or 20 colours look alike.
        return min(distances[0], 1.5 * min(distances[1], distances[2]))
    }

    /// Rows of the matrices from linear RGB to what is seen: all cones, no red cones, no green cones.
    private static let sights: [[SIMD3<Double>]] = [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [
            [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        [
            [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
    ]

    /// Ottosson 2020, "A perceptual color space for image processing", https://bottosson.github.io/posts/oklab/.
    private static func okLab(_ linear: SIMD3<Double>) -> SIMD3<Double> {
        let cones = apply(
            [
                [0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ], to: linear)
        let roots = SIMD3(cbrt(cones.x), cbrt(cones.y), cbrt(cones.z))
        return apply(
            [
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ], to: roots)
    }

    private static func apply(
        _ rows: [SIMD3<Double>], to vector: SIMD3<Double>
    ) -> SIMD3<Double> {
        SIMD3((rows[0] * vector).sum(), (rows[1] * vector).sum(), (rows[2] * vector).sum())
    }
}

extension SIMD3<UInt8> {
    /// Light from 0 to 1, without the gamma of sRGB.
    var linear: SIMD3<Double> {
        func light(_ level: UInt8) -> Double {
            let share = Double(level) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return SIMD3<Double>(light(x), light(y), light(z))
    }
}
