internal import FoundationEssentials
internal import SegNASHost

/// The elements of a segmentation before its pixels, PS3.3 A.51.
struct SegmentationDocument {
    let source: SegmentedSource
    let planes: SegmentPlanes
    let segments: [SegmentDescription]
    let algorithm: (name: String, version: String)

    private static let kind = "1.2.840.10008.5.1.4.1.1.66.4"

    /// Everything of the file that comes before the bits of the frames.
    var start: [UInt8] {
        let instance = Self.newUID()
        var document = DICOMDocument()
        describeFile(&document, instance)
        describeImage(&document)
        describeFrames(&document)
        document.set(.segments, items: segments.indices.map(segment))
        document.set(.referencedSeries, items: referencedSeries)
        return DICOMDocument.fileStart(
            kind: Self.kind, instance: instance, implementation: Self.implementation)
            + document.bytes
            + DICOMDocument.header(.pixelData, "OB", length: planes.byteCount)
    }

    /// A UID made of a random UUID, PS3.5 annex B.2.
    private static func newUID() -> String {
        let number = withUnsafeBytes(of: UUID().uuid) { bytes in
            bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        }
        return "2.25.\(number)"
    }

    /// The UID of this program as a writer of files.
    private static let implementation = "2.25.101225084616649630969213526079447872450"
}

extension SegmentationDocument {
    /// Patient, study, series, equipment and instance.
    private func describeFile(_ document: inout DICOMDocument, _ instance: String) {
        let text = source.text
        for (tag, kind) in SegmentedSource.required {
            document.set(tag, kind, bytes: text.encoded(tag) ?? [])
        }
        for (tag, kind) in SegmentedSource.optional {
            guard let value = text.encoded(tag) else { continue }
            document.set(tag, kind, bytes: value)
        }
        document.set(.characterSet, "CS", bytes: text.characterSet)
        document.set(.imageType, "CS", "DERIVED\\PRIMARY")
        document.set(.kind, "UI", Self.kind)
        document.set(.instance, "UI", instance)
        document.set(.contentDate, "DA", LocalTime.now("%Y%m%d"))
        document.set(.contentTime, "TM", LocalTime.now("%H%M%S"))
        document.set(.modality, "CS", "SEG")
        document.set(.manufacturer, "LO", algorithm.name)
        document.set(.seriesDescription, "LO", "Segmentation by \(algorithm.name)")
        document.set(.manufacturerModel, "LO", algorithm.name)
        document.set(.serialNumber, "LO", "none")
        document.set(.softwareVersions, "LO", algorithm.version)
        document.set(.series, "UI", Self.newUID())
        // Far from the numbers that scanners give.
        let number = source.first.text(.seriesNumber).flatMap { Int($0) } ?? 0
        document.set(.seriesNumber, "IS", "\(1000 + number % 1_000_000)")
        document.set(.instanceNumber, "IS", "1")
        document.set(.contentLabel, "CS", "SEGMENTATION")
        document.set(.contentDescription, "LO", "")
        document.set(.contentCreator, "PN", "")
    }

    private func describeImage(_ document: inout DICOMDocument) {
        document.set(.samplesPerPixel, shorts: [1])
        document.set(.photometric, "CS", "MONOCHROME2")
        document.set(.frames, "IS", "\(planes.frames.count)")
        document.set(.rows, shorts: [UInt16(planes.size.y)])
        document.set(.columns, shorts: [UInt16(planes.size.x)])
        document.set(.bitsAllocated, shorts: [1])
        document.set(.bitsStored, shorts: [1])
        document.set(.highBit, shorts: [0])
        document.set(.representation, shorts: [0])
        if source.text.encoded(.lossyCompression) == nil {
            document.set(.lossyCompression, "CS", "00")
        }
        document.set(.segmentationType, "CS", "BINARY")
        document.set(.segmentsOverlap, "CS", planes.areOverlapping ? "YES" : "NO")
    }

    private func segment(_ index: Int) -> DICOMDocument {
        let segment = segments[index]
        let codes = StructureCode.codes(of: segment.name, shown: source.text.shown(segment.name))
        var item = DICOMDocument()
        item.set(.propertyCategory, items: [codes.category.document])
        item.set(.segmentNumber, shorts: [UInt16(index + 1)])
        item.set(.segmentLabel, "LO", source.text.shown(segment.name))
        item.set(.algorithmType, "CS", "AUTOMATIC")
        item.set(.algorithmName, "LO", algorithm.name)
        item.set(.displayColour, shorts: segment.colour.dicomLab)
        item.set(.propertyType, items: [codes.type.document])
        return item
    }
}

extension SegmentationDocument {
    private func describeFrames(_ document: inout DICOMDocument) {
        let organization = Self.newUID()
        var dimensions = DICOMDocument()
        dimensions.set(.dimensionOrganization, "UI", organization)
        document.set(.dimensionOrganizations, items: [dimensions])
        document.set(
            .dimensionIndices,
            items: [
                dimension(.referencedSegment, in: .segmentIdentification, organization),
                dimension(.position, in: .planePosition, organization),
            ])
        document.set(.sharedGroups, items: [sharedGroups])
        document.set(.ownGroups, items: planes.frames.map(groups))
    }

    private func dimension(
        _ attribute: DICOMTag, in group: DICOMTag, _ organization: String
    ) -> DICOMDocument {
        var item = DICOMDocument()
        item.set(.dimensionOrganization, "UI", organization)
        item.set(.dimensionPointer, attribute: attribute)
        item.set(.dimensionGroup, attribute: group)
        return item
    }

    /// What all frames have in common: directions and lengths, as the slices write them.
    private var sharedGroups: DICOMDocument {
        var measures = DICOMDocument()
        let step = decimal(source.step)
        measures.set(.thickness, "DS", step)
        measures.set(.sliceDistance, "DS", step)
        measures.set(.pixelSpacing, "DS", bytes: source.first.bytes(.pixelSpacing) ?? [])
        var orientation = DICOMDocument()
        orientation.set(.orientation, "DS", bytes: source.first.bytes(.orientation) ?? [])
        var groups = DICOMDocument()
        groups.set(.pixelMeasures, items: [measures])
        groups.set(.planeOrientation, items: [orientation])
        return groups
    }

    private func groups(_ frame: (segment: Int, slice: Int)) -> DICOMDocument {
        let slice = source.slices[frame.slice]
        var content = DICOMDocument()
        content.set(
            .dimensionValues, longs: [UInt32(frame.segment + 1), UInt32(frame.slice + 1)])
        var position = DICOMDocument()
        position.set(.position, "DS", bytes: slice.position)
        var identification = DICOMDocument()
        identification.set(.referencedSegment, shorts: [UInt16(frame.segment + 1)])
        var image = slice.reference
        if let frame = slice.frame { image.set(.referencedFrame, "IS", "\(frame + 1)") }
        image.set(.preservedPlaces, "CS", "YES")
        image.set(.purpose, items: [StructureCode.sourceImage.document])
        var derivation = DICOMDocument()
        derivation.set(.sourceImages, items: [image])
        derivation.set(.derivation, items: [StructureCode.segmentation.document])
        var groups = DICOMDocument()
        groups.set(.derivationImages, items: [derivation])
        groups.set(.frameContent, items: [content])
        groups.set(.planePosition, items: [position])
        groups.set(.segmentIdentification, items: [identification])
        return groups
    }

    /// All images of the series, or of each where every image has its own.
    private var referencedSeries: [DICOMDocument] {
        let series = Dictionary(grouping: source.slices, by: \.series)
        return series.sorted { $0.key < $1.key }.map { uid, slices in
            var item = DICOMDocument()
            // Several slices may be frames of one instance.
            var known: Set<String> = []
            let instances = slices.filter { known.insert($0.instance).inserted }
            item.set(.referencedInstances, items: instances.map(\.reference))
            item.set(.series, "UI", uid)
            return item
        }
    }

    /// At most 16 characters, as numbers in text have.
    private func decimal(_ number: Double) -> String {
        let text = "\(number)"
        return text.count <= 16 ? text : String("\((number * 1e9).rounded() / 1e9)".prefix(16))
    }
}

extension SegmentedSource.Slice {
    /// A reference to its instance.
    fileprivate var reference: DICOMDocument {
        var item = DICOMDocument()
        item.set(.referencedKind, "UI", kind)
        item.set(.referencedInstance, "UI", instance)
        return item
    }
}

extension StructureCode {
    fileprivate var document: DICOMDocument {
        var item = DICOMDocument()
        item.set(DICOMTag(group: 0x0008, element: 0x0100), "SH", value)
        item.set(DICOMTag(group: 0x0008, element: 0x0102), "SH", scheme)
        item.set(DICOMTag(group: 0x0008, element: 0x0104), "LO", meaning)
        return item
    }
}
