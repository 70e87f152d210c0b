import SegNASDatasets
import SegNASImaging
import SegNASReport

/// Labels on a grid, made of shapes that are painted over each other; x fastest.
struct Canvas {
    let size: SIMD3<Int>
    var values: [UInt8]

    init(_ size: SIMD3<Int>) {
        self.size = size
        values = Array(repeating: 0, count: size.x * size.y * size.z)
    }

    mutating func paint(_ label: UInt8, where isWithin: (SIMD3<Double>) -> Bool) {
        var index = 0
        for z in 0..<size.z {
            for y in 0..<size.y {
                for x in 0..<size.x {
                    if isWithin([Double(x), Double(y), Double(z)]) { values[index] = label }
                    index += 1
                }
            }
        }
    }

    mutating func paintBall(_ label: UInt8, at centre: SIMD3<Double>, radius: Double) {
        paint(label) { point in
            let offset = point - centre
            return (offset * offset).sum() <= radius * radius
        }
    }

    mutating func paintBox(_ label: UInt8, _ lower: SIMD3<Double>, _ upper: SIMD3<Double>) {
        paint(label) { all($0 .>= lower) && all($0 .< upper) }
    }

    func map(_ affine: Affine = .identity) -> LabelMap {
        LabelMap(values: values.map { Int32($0) }, geometry: Geometry(size: size, affine: affine))
    }
}

/// Labels 1 to `count`.
func labels(_ count: Int) -> [AnatomyLabel] {
    (0..<count).map { AnatomyLabel(name: "label \($0 + 1)", value: $0 + 1) }
}
