public import SegNASHost
public import SegNASImaging

extension Preparation {
    /// Reads and prepares a case: its image, and its label map where it has one.
    ///
    /// If channels are separate files, two of them are in memory at a time. Of folders with several DICOM series, the
    /// selected one is read.
    public func prepare(
        _ subject: Dataset.Case, series: DICOMSelection? = nil,
        threads: Int = HostResources.current().cores
    ) throws(PreparationError) -> PreparationResult {
        do {
            return try CaseReader(
                preparation: self, subject: subject, series: series, threads: threads
            ).read()
        } catch {
            throw PreparationError(identifier: subject.identifier, fault: error)
        }
    }
}

/// Reads the files of a case.
private final class CaseReader {
    let preparation: Preparation
    let subject: Dataset.Case
    let series: DICOMSelection?
    let threads: Int
    private var warnings: [DatasetFault] = []

    init(
        preparation: Preparation, subject: Dataset.Case, series: DICOMSelection?, threads: Int
    ) {
        self.preparation = preparation
        self.subject = subject
        self.series = series
        self.threads = threads
    }

    private var options: PreparationOptions { preparation.options }

    func read() throws(PreparationFault) -> PreparationResult {
        guard let firstFile = subject.images.first else {
            throw .channels(expected: preparation.channels.map(\.name), found: 0)
        }
        let first = try volume(firstFile)
        var known: Volume?
        if let file = subject.label { known = try classes(file, on: first.geometry) }
        let transform = try transform(
            of: first.geometry, box: options.isCropped ? box(first, known) : nil)
        let image = try image(first: first, transform)
        let labels = known.map { self.labels($0, transform) }
        let firstStage = try firstStage(on: first.geometry, transform)
        let isCut = options.fit == .patch
        return PreparationResult(
            prepared: PreparedCase(
                identifier: subject.identifier, size: transform.map.size, image: image,
                labels: labels, classVoxels: isCut ? labels.map { ClassVoxels(of: $0) } : nil,
                firstStage: firstStage),
            transform: transform, warnings: warnings)
    }

    private func volume(_ file: String, warns: Bool = true) throws(PreparationFault) -> Volume {
        do {
            let image = try ImageFile(
                contentsOf: file, series: subject.selection ?? series,
                values: preparation.labels.valuesByName)
            guard warns else { return image.volume }
            warnings += image.remarks.map {
                DatasetFault(.remark($0), file: file, caseIdentifier: subject.identifier)
            }
            return image.volume
        } catch {
            throw .image(error)
        }
    }

    /// The box of what is not 0 in some channel or has a label, in the array of the first image; nil for all of it.
    ///
    /// Labels outside of what the image shows are kept: predictions, which have no labels, cannot find them there.
    /// Files of further channels are read once more for it, so that there are never more in memory.
    private func box(
        _ first: Volume, _ classes: Volume?
    ) throws(PreparationFault) -> ContentBox? {
        var boxes = [ContentBox(of: first, threads: threads)]
        for file in subject.images.dropFirst() {
            let volume = try aligned(volume(file, warns: false), file, with: first.geometry)
            boxes.append(ContentBox(of: volume, threads: threads))
        }
        boxes.append(classes.flatMap { ContentBox(ofLabels: $0, threads: threads) })
        let box = ContentBox(joining: boxes.compactMap(\.self))
        return box?.size == first.geometry.size ? nil : box
    }

    /// The transform of an image, or of the part of it in a box of its array.
    private func transform(
        of original: Geometry, box: ContentBox?
    ) throws(PreparationFault) -> GridTransform {
        let reorientation =
            options.isCanonical
            ? Reorientation(from: Orientation(original.affine), to: .ras) : .identity
        let part = box?.reoriented(by: reorientation, in: original.size)
        let whole = reorientation(original)
        let reoriented = part.map(whole.cropped) ?? whole
        guard let map = options.map(of: reoriented) else {
            throw .tooLarge(image: options.paddedSize(of: reoriented), size: options.size)
        }
        guard map.size.volume < 1 << 31 else { throw .tooManyVoxels(map.size) }
        return GridTransform(
            original: original, reorientation: reorientation, map: map, box: part)
    }

    /// All channels, float32 [channels, z, y, x].
    private func image(
        first: Volume, _ transform: GridTransform
    ) throws(PreparationFault) -> Samples {
        let resampler = ImageResampler(
            transform.map, options.interpolation, border: .zero, threads: threads)
        let count = transform.map.size.volume
        let channels = preparation.channels
        var fault: PreparationFault?
        let samples = Samples(count: count * channels.count) {
            (values: UnsafeMutableBufferPointer<Float>) in
            func fill(_ channel: Int, from volume: Volume, _ source: Int, _ file: String)
                throws(PreparationFault)
            {
                let map = try intensities(of: volume, source, channels[channel], file)
                resampler.resample(
                    volume.channel(source, in: transform.box),
                    channel: transform.box == nil ? source : 0, intensities: map,
                    into: .init(rebasing: values[(channel * count)..<((channel + 1) * count)]))
            }
            do throws(PreparationFault) {
                try fillAll(first, transform, fill)
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
        return samples
    }

    /// Calls a body with each channel of the prepared image and the reoriented volume that holds it.
    private func fillAll(
        _ first: Volume, _ transform: GridTransform,
        _ fill: (Int, Volume, Int, String) throws(PreparationFault) -> Void
    ) throws(PreparationFault) {
        let files = subject.images
        let expected = preparation.channels.map(\.name)
        guard files.count > 1 else {
            guard first.channels == expected.count else {
                throw .channels(expected: expected, found: first.channels)
            }
            let reoriented = first.reoriented(by: transform.reorientation, threads: threads)
            for channel in expected.indices { try fill(channel, reoriented, channel, files[0]) }
            return
        }
        guard files.count == expected.count else {
            throw .channels(expected: expected, found: files.count)
        }
        for (channel, file) in files.enumerated() {
            let volume = channel == 0 ? first : try self.volume(file)
            guard volume.channels == 1 else {
                throw .severalChannels(file: file, count: volume.channels)
            }
            let aligned = try aligned(volume, file, with: first.geometry)
            let reoriented = aligned.reoriented(by: transform.reorientation, threads: threads)
            try fill(channel, reoriented, 0, file)
        }
    }

    private func intensities(
        of volume: Volume, _ source: Int, _ channel: Preparation.Channel, _ file: String
    ) throws(PreparationFault) -> IntensityMap {
        let statistics = IntensityStatistics(volume, channel: source, threads: threads)
        guard statistics.invalid == 0 else {
            throw .notFinite(file: file, voxels: statistics.invalid)
        }
        // Of images with labels that is a fault, found before they are trained on.
        if subject.label == nil, statistics.minimum == statistics.maximum {
            warnings.append(
                DatasetFault(
                    .constant(channel: channel.name, value: statistics.minimum), file: file,
                    caseIdentifier: subject.identifier))
        }
        return IntensityMap(channel, statistics)
    }

    /// The classes of a label map in the array of the first image, uint8.
    private func classes(
        _ file: String, on original: Geometry
    ) throws(PreparationFault) -> Volume {
        let stored = try volume(file)
        guard stored.channels == 1 else {
            throw .severalChannels(file: file, count: stored.channels)
        }
        let classes: Samples
        do {
            classes = try ClassMapper(preparation.labels).classes(of: stored)
        } catch {
            throw .unexpectedLabel(
                file: file, value: error.value, expected: preparation.labels.classes.keys.sorted())
        }
        return try aligned(Volume(classes, geometry: stored.geometry), file, with: original)
    }

    /// The label map on the prepared grid, uint8 [z, y, x].
    private func labels(_ classes: Volume, _ transform: GridTransform) -> Samples {
        let reoriented = classes.reoriented(by: transform.reorientation, threads: threads)
        return LabelResampler(
            transform.map, options.labelInterpolation, border: .zero, threads: threads
        ).resample(reoriented.channel(0, in: transform.box).samples)
    }

    /// The first stage's label map on the prepared grid; nil outside of cascades.
    private func firstStage(
        on original: Geometry, _ transform: GridTransform
    ) throws(PreparationFault) -> ClassMasks? {
        guard preparation.seesFirstStage else { return nil }
        guard let file = subject.firstStage else { throw .noFirstStage }
        return ClassMasks(
            labels(try classes(file, on: original), transform),
            count: preparation.labels.foreground.count)
    }

    /// The volume in the order of another grid's array, on which it must lie.
    private func aligned(
        _ volume: Volume, _ file: String, with reference: Geometry
    ) throws(PreparationFault) -> Volume {
        let geometry = volume.geometry
        // Within half a voxel `check` warns.
        if let mismatch = GridDifference(geometry, expected: reference), mismatch.severity == .fault
        {
            throw .geometry(file: file, reference: subject.images[0], mismatch)
        }
        return volume.reoriented(
            by: geometry.reorientation(onto: reference) ?? .identity, threads: threads)
    }
}

extension IntensityMap {
    /// The map that a channel's rule asks for.
    fileprivate init(_ channel: Preparation.Channel, _ statistics: IntensityStatistics) {
        switch channel.rule {
        case .ct:
            let known = channel.intensities
            let lower = known?.lowerPercentile ?? 0
            self.init(
                range: lower...max(lower, known?.upperPercentile ?? 0), offset: known?.mean ?? 0,
                gain: Self.inverse(known?.standardDeviation ?? 0))
        case .zScore, .byChannelName:
            self.init(
                offset: statistics.mean, gain: Self.inverse(statistics.standardDeviation),
                keepsZero: true)
        case .unitRange:
            self.init(
                offset: statistics.minimum,
                gain: Self.inverse(statistics.maximum - statistics.minimum))
        case .none: self.init()
        }
    }

    /// A channel of one value becomes 0 everywhere, not infinite.
    private static func inverse(_ scale: Double) -> Double {
        scale > 0 ? 1 / scale : 1
    }
}
