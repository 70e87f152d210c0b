internal import SegNASHost

/// A DICOM file that says where structures lie in a series: a segmentation (SEG, PS3.3 A.51 and A.90) or the contours
/// of a radiotherapy structure set (RTSTRUCT, PS3.3 A.19).
public struct DICOMSegmentation {
    public let path: String
    /// Series Instance UID of the series that was segmented; nil if the file does not say it.
    public let series: String?
    /// The structures in the order of the file, with their numbers; those of RTSTRUCT have contours.
    ///
    /// Where numbers are no labels, as 0 is none, structures are counted from 1.
    public let structures: [LabelNames.Entry]
    /// The numbers of the structures in the file.
    private let numbers: [Int]
    let kind: Kind
    let elements: DICOMElements

    /// The way in which a file says where structures lie.
    enum Kind: Hashable {
        /// Frames of one structure each, of bits or of shares of 255.
        case masks
        /// Frames of the structures' numbers.
        case labelMap
        case contours
    }

    /// Nil for a DICOM file of another kind.
    ///
    /// - Throws: The fault of a file that is one of these and cannot be read.
    init?(_ elements: DICOMElements, path: String) throws(ImageFault) {
        guard let kind = Kind(elements) else { return nil }
        if let fault = elements.fault { throw fault.ofSegmentation }
        self.path = path
        self.kind = kind
        self.elements = elements
        do throws(ImageFault) {
            series = try kind == .contours ? elements.contouredSeries : elements.segmentedSeries
            let found = try kind == .contours ? elements.regionsOfInterest : elements.segments
            guard !found.isEmpty else { throw .dicom(.segmentation(.noStructures)) }
            numbers = found.compactMap(\.value)
            guard Set(numbers).count == found.count else {
                throw .dicom(.segmentation(.sameNumber))
            }
            // 0 is the background, and large numbers are no labels.
            let areValues = numbers.allSatisfy { 1...0x7FFF ~= $0 }
            structures =
                areValues
                ? found
                : found.enumerated().map { .init(name: $1.name, value: $0 + 1) }
        } catch {
            throw error.ofSegmentation
        }
    }

    /// Reads the description of a DICOM file, without the places of its structures; nil if it is no segmentation.
    init?(contentsOf path: String) throws(ImageError) {
        let elements = try DICOMElements(path: path)
        let found = try naming(path) { () throws(ImageFault) in
            try DICOMSegmentation(elements, path: path)
        }
        guard let found else { return nil }
        self = found
    }
}

extension DICOMSegmentation.Kind {
    /// Nil for other kinds of files, PS3.4 annex B.5.
    init?(_ elements: DICOMElements) {
        switch elements.text(.kind) ?? elements.text(.kindOfFile) {
        case "1.2.840.10008.5.1.4.1.1.66.4": self = .masks
        case "1.2.840.10008.5.1.4.1.1.66.7": self = .labelMap
        case "1.2.840.10008.5.1.4.1.1.481.3": self = .contours
        default: return nil
        }
    }
}

extension DICOMElements {
    /// The segments that a segmentation describes, PS3.3 C.8.20.
    fileprivate var segments: [LabelNames.Entry] {
        get throws(ImageFault) {
            var segments: [LabelNames.Entry] = []
            for item in try items(.segments) {
                let number = try item.required(item.short(.segmentNumber), .segmentNumber)
                // The background of a label map may be described like a structure.
                guard number > 0 else { continue }
                segments.append(
                    .init(name: item.words(.segmentLabel) ?? "segment_\(number)", value: number))
            }
            return segments
        }
    }

    /// The regions of interest that have contours, PS3.3 C.8.8.5 and C.8.8.6.
    fileprivate var regionsOfInterest: [LabelNames.Entry] {
        get throws(ImageFault) {
            var drawn: Set<String> = []
            for item in try items(.contoursOfRegions) {
                let isDrawn = try item.items(.contours).contains(where: \.isOutline)
                if isDrawn, let number = item.text(.contouredRegion) { drawn.insert(number) }
            }
            var regions: [LabelNames.Entry] = []
            for item in try items(.regionsOfInterest) {
                let text = try item.required(item.text(.regionNumber), .regionNumber)
                guard let number = Int(text) else { throw .dicom(.value("ROI Number")) }
                guard drawn.contains(text) else { continue }
                regions.append(
                    .init(name: item.words(.regionName) ?? "roi_\(number)", value: number))
            }
            return regions
        }
    }

    /// The series that a segmentation refers to, PS3.3 C.12.2.
    fileprivate var segmentedSeries: String? {
        get throws(ImageFault) {
            let named = try items(.referencedSeries).compactMap { $0.text(.series) }
            return Set(named).count == 1 ? named[0] : nil
        }
    }

    /// The series on which contours were drawn, PS3.3 C.8.8.5.
    fileprivate var contouredSeries: String? {
        get throws(ImageFault) {
            var named: Set<String> = []
            for space in try items(.referencedSpaces) {
                for study in try space.items(.referencedStudies) {
                    for series in try study.items(.referencedSeriesOfStudy) {
                        if let uid = series.text(.series) { named.insert(uid) }
                    }
                }
            }
            return named.count == 1 ? named.first : nil
        }
    }
}

extension DICOMSegmentation {
    /// The label map of the structures on the grid of their series, which lies beside the file.
    ///
    /// Where structures overlap, a voxel counts as the smallest that holds it, and a remark says so.
    ///
    /// - Parameter values: The value of each structure that is read, by its name; nil for all, with those of the file.
    /// - Returns: The label map, the structures with their values in it, and remarks.
    /// - Throws: ``ImageError`` if the series is missing or has another grid, or the file contradicts itself.
    func read(
        _ values: LabelNames?
    ) throws(ImageError) -> (volume: Volume, names: LabelNames, remarks: [ImageRemark]) {
        let geometry = try DICOMSeries(segmentedBy: self).geometry
        var painting = StructurePainting(on: geometry, of: entries(values))
        try naming(path) { () throws(ImageFault) in
            do throws(ImageFault) {
                switch kind {
                case .masks, .labelMap:
                    try SegmentationFrames(elements, kind).paint(&painting)
                case .contours: try StructureContours(elements).paint(&painting)
                }
            } catch {
                throw error.ofSegmentation
            }
        }
        let volume = try painting.volume(path)
        return (volume, painting.names, painting.remarks.map { .dicom(.segmentation($0)) })
    }

    /// The structures to read by their numbers in the file, with the values that they get.
    private func entries(_ values: LabelNames?) -> [Int: LabelNames.Entry] {
        var entries: [Int: LabelNames.Entry] = [:]
        for (number, structure) in zip(numbers, structures) {
            entries[number] =
                values.map { $0.entry(for: structure.name, number: structure.value) } ?? structure
        }
        return entries
    }
}

extension DICOMElements {
    /// Text in UTF-8 or else, as older files have it, in Latin-1; nil if it is missing or empty.
    fileprivate func words(_ tag: DICOMTag) -> String? {
        guard let bytes = bytes(tag) else { return nil }
        let text =
            String(validating: bytes, as: UTF8.self)
            ?? String(bytes.map { Character(Unicode.Scalar($0)) })
        let words = text.filter { $0 != "\0" }.trimmed
        return words.isEmpty ? nil : words
    }
}

extension ImageFault {
    /// The fault with a remedy for segmentations, which no program converts like series.
    fileprivate var ofSegmentation: ImageFault {
        switch self {
        case .dicom(.value(let name)), .dicom(.missing(let name)):
            .dicom(.segmentation(.attribute(name)))
        case .dicom(.transferSyntax(let name)): .dicom(.segmentation(.compressed(name)))
        default: self
        }
    }
}
