internal import SegNASHost

/// The functional groups of a file with several frames, PS3.3 C.7.6.16: what all frames share, and what each has of its
/// own.
struct FunctionalGroups {
    fileprivate let shared: DICOMElements?
    fileprivate let own: [DICOMElements]

    /// - Throws: The fault of groups that are not as many as frames; a single frame may share all of its own.
    init(_ elements: DICOMElements) throws(ImageFault) {
        shared = try elements.items(.sharedGroups).first
        own = try elements.items(.ownGroups)
        let count = elements.frameCount
        guard own.count == count || count == 1 && own.isEmpty else {
            throw .dicom(.value(DICOMTag.ownGroups.description))
        }
    }

    /// A description of a frame: its own, or the one that all share.
    func group(_ tag: DICOMTag, ofFrame index: Int) throws(ImageFault) -> DICOMElements {
        if own.indices.contains(index), let group = try own[index].items(tag).first { return group }
        guard let group = try shared?.items(tag).first else {
            throw .dicom(.missing(tag.description))
        }
        return group
    }
}

/// The frames of a file that holds one image or many.
extension DICOMElements {
    /// True if functional groups describe frames, as in enhanced images.
    var hasFunctionalGroups: Bool {
        values[.sharedGroups] != nil || values[.ownGroups] != nil
    }

    /// The number of frames, at least 1.
    var frameCount: Int { max(1, text(.frames).flatMap { Int($0) } ?? 1) }

    /// The elements of each frame: those of the file, and at the same level what functional groups say of the frame.
    ///
    /// - Throws: The fault of a file with several frames and no description of each.
    func frames() throws(ImageFault) -> [DICOMElements] {
        guard hasFunctionalGroups else {
            guard frameCount == 1 else { throw .dicom(.severalFrames(frameCount)) }
            return [self]
        }
        let groups = try FunctionalGroups(self)
        var common = self
        if let shared = groups.shared { try common.take(groups: shared) }
        var frames: [DICOMElements] = []
        for own in groups.own {
            var frame = common
            try frame.take(groups: own)
            frames.append(frame)
        }
        return frames.isEmpty ? [common] : frames
    }

    /// Takes the elements of the groups that say where a frame lies, what its numbers mean, and to which volume it
    /// belongs.
    private mutating func take(groups: DICOMElements) throws(ImageFault) {
        for tag in Self.groups {
            if let group = try groups.items(tag).first { take(group) }
        }
    }

    private static let groups: [DICOMTag] = [
        .planePosition, .planeOrientation, .pixelMeasures, .valueTransformation, .frameContent,
        .frameTypeOfMR, .frameTypeOfCT, .frameTypeOfPET, .echoGroup, .diffusionGroup, .cardiacGroup,
    ]
}

extension DICOMElements {
    /// The part of the file that holds the pixels of each frame; of compressed ones its fragments.
    ///
    /// - Parameters:
    ///   - count: The number of frames.
    ///   - byteCount: The size of a frame that is not compressed.
    /// - Returns: The parts, and whether bytes lie behind the last one that belong to none.
    /// - Throws: The fault of pixels that are fewer or more, or whose fragments do not tell to which frame they belong.
    func pixelParts(
        _ count: Int, of byteCount: Int
    ) throws(ImageFault) -> (parts: [Range<Int>], hasExcess: Bool) {
        let pixels = try required(values[.pixelData], .pixelData)
        guard !isEncapsulated else { return (try fragmentsOfFrames(count), false) }
        let (expected, isOverflow) = count.multipliedReportingOverflow(by: byteCount)
        guard !isOverflow, pixels.count >= expected else {
            throw .truncated(expected: isOverflow ? .max : expected, actual: pixels.count)
        }
        // Padded to an even length, or by some writers to more; a row too many is another size.
        let excess = pixels.count - expected
        let rows = max(1, try short(.rows) ?? 1)
        guard excess <= expected % 2 || excess < byteCount / rows else {
            throw .surplus(expected: expected)
        }
        let parts = (0..<count).map { index in
            let start = pixels.lowerBound + index * byteCount
            return start..<start + byteCount
        }
        return (parts, excess > expected % 2)
    }

    /// Fragments by the frames that they are parts of, as a table of their places says where there are more.
    private func fragmentsOfFrames(_ count: Int) throws(ImageFault) -> [Range<Int>] {
        let (table, fragments) = try fragments()
        guard let first = fragments.first, let last = fragments.last else {
            throw .truncated(expected: 1, actual: 0)
        }
        if count == 1 { return [first.lowerBound..<last.upperBound] }
        if fragments.count == count { return fragments }
        let long = values[.extendedOffsets]
        let offsets = try numbers(long ?? table, of: long == nil ? 4 : 8)
        let starts = offsets.map { $0 &+ first.lowerBound }
        let known = Set(fragments.map(\.lowerBound))
        let isRising = zip(starts, starts.dropFirst()).allSatisfy { $0 < $1 }
        guard starts.count == count, starts[0] == first.lowerBound, isRising,
            starts.allSatisfy(known.contains)
        else { throw .dicom(.value(DICOMTag.pixelData.description)) }
        return zip(starts, starts.dropFirst() + [last.upperBound]).map { $0..<$1 }
    }
}
