import FoundationEssentials
internal import SegNASExperiments
internal import SegNASImaging
internal import SegNASRandomness

/// Seconds from a file to an array in memory, decompressed and checked.
struct NIfTIReadBench {
    let json: Bool
    /// A generated file where there are none.
    let files: [String]

    func run() throws {
        guard files.isEmpty else {
            for file in files { try measure(file, name: file) }
            return
        }
        let file = FileManager.default.temporaryDirectory
            .appending(path: "segnas3d-\(UUID().uuidString).nii.gz").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        try Self.smoothNoise(160).write(to: file)
        try measure(file, name: "generated.nii.gz")
    }

    private func measure(_ file: String, name: String) throws {
        var shape: [Int] = []
        let seconds = try leastSeconds(repetitions: 15) {
            shape = try Volume(contentsOf: file).shape
        }
        let last = name.split(separator: "/").last.map(String.init)
        try Measurement(workload: "nifti-read", file: last, shape: shape, seconds: seconds)
            .show(json: json)
    }

    /// A cube that compresses about as well as a brain: zeros around smooth values with noise.
    private static func smoothNoise(_ size: Int) -> Volume {
        var generator = SeededGenerator(seed: 1)
        let samples = Samples(count: size * size * size) {
            (values: UnsafeMutableBufferPointer<Int16>) in
            for index in values.indices {
                let (x, y, z) = (index % size, index / size % size, index / size / size)
                let place = SIMD3(Double(x), Double(y), Double(z)) / Double(size) - 0.5
                let distance = (place * place).sum()
                guard distance < 0.16 else { continue }
                values[index] =
                    Int16(1000 * (1 - distance)) + Int16.random(in: 0..<64, using: &generator)
            }
        }
        return Volume(samples, geometry: Geometry(size: SIMD3(repeating: size), affine: .identity))
    }
}
