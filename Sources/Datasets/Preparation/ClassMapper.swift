internal import SegNASImaging

/// Maps the stored values of label maps to classes.
struct ClassMapper {
    private let classes: [Double: UInt8]

    init(_ labels: LabelTable) {
        classes = [Double: UInt8](
            uniqueKeysWithValues: labels.classes.map { (Double($0.key), $0.value) })
    }

    /// The uint8 classes of a label map with one channel.
    func classes(of volume: Volume) throws(UnexpectedLabel) -> Samples {
        do {
            return try exactClasses(of: volume)
        } catch {
            // A value that rounding has moved from a whole number is a label too.
            guard error.value != error.value.rounded(), let labels = try? LabelMap(volume) else {
                throw error
            }
            return try exactClasses(of: Volume(Samples(labels.values), geometry: labels.geometry))
        }
    }

    private func exactClasses(of volume: Volume) throws(UnexpectedLabel) -> Samples {
        let size = volume.geometry.size
        let count = size.x * size.y
        var unexpected: UnexpectedLabel?
        let result = Samples(count: count * size.z) { (result: UnsafeMutableBufferPointer<UInt8>) in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { values in
                guard let samples = values.baseAddress else { return }
                for start in stride(from: 0, to: count * size.z, by: count)
                where unexpected == nil {
                    volume.samples.copyDoubles(start..<(start + count), to: samples)
                    unexpected = map(
                        UnsafeBufferPointer(values), volume.scaling,
                        to: .init(rebasing: result[start..<(start + count)]))
                }
            }
        }
        if let unexpected { throw unexpected }
        return result
    }

    /// Writes the classes of samples; returns the first value that is not a label.
    private func map(
        _ samples: UnsafeBufferPointer<Double>, _ scaling: Scaling,
        to result: UnsafeMutableBufferPointer<UInt8>
    ) -> UnexpectedLabel? {
        // Neighbours mostly share their label, so it is looked up only where it changes.
        var last = Double.nan
        var lastClass: UInt8 = 0
        for index in samples.indices {
            let sample = samples[index]
            if sample != last {
                let value = scaling.slope * sample + scaling.intercept
                guard let found = classes[value] else { return UnexpectedLabel(value: value) }
                (last, lastClass) = (sample, found)
            }
            result[index] = lastClass
        }
        return nil
    }
}

/// A value in a label map that names none of the dataset's labels.
struct UnexpectedLabel: Error {
    var value: Double
}
