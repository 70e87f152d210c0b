internal import SegNASHost

/// Slices of one series by their places, of which each should hold one.
struct DICOMPlaces {
    private var places: [[DICOMSlice]] = []
    private let images: [String: DICOMImage]
    /// Files that hold the same pixels at the same place as others.
    private(set) var copies: [String] = []

    /// Slices come in the order of their places.
    ///
    /// Pixels are compared as long as they prove to be the same.
    init(_ slices: [DICOMSlice], images: [DICOMImage]) {
        self.images = Dictionary(images.map { ($0.path, $0) }) { first, _ in first }
        var areCopies = true
        for slice in slices {
            guard let last = places.last?[0], slice.isAtPlace(of: last) else {
                places.append([slice])
                continue
            }
            areCopies = areCopies && slice.isCopy(of: last)
            if areCopies {
                copies.append(slice.path)
            } else {
                places[places.count - 1].append(slice)
            }
        }
    }

    /// The slices, of which there must be one at each place.
    func single(in folder: String) throws(ImageError) -> [DICOMSlice] {
        guard let several = places.first(where: { $0.count > 1 }) else {
            return places.map { $0[0] }
        }
        let count = several.count
        guard places.count > 1 || count > 2, places.allSatisfy({ $0.count == count }) else {
            let other = PathParts(several[0].path).name
            throw ImageError(file: several[1].path, fault: .dicom(.samePosition(as: other)))
        }
        throw ImageError(file: folder, fault: .dicom(.severalVolumes(count, by: mark(count))))
    }

    /// The attribute whose values tell so many volumes apart, each whole.
    private func mark(_ count: Int) -> String? {
        DICOMImage.volumeMarks.first { tag in
            let values = places.map { Set($0.compactMap { images[$0.path]?.marks[tag] }) }
            let all = values.reduce(into: Set()) { $0.formUnion($1) }
            return all.count == count && values.allSatisfy { $0 == all }
        }?.description
    }
}

extension DICOMSlice {
    /// Whether two slices, sorted along their normal, are no distance apart, as the size of pixels goes.
    fileprivate func isAtPlace(of other: DICOMSlice) -> Bool {
        abs(((position - other.position) * normal).sum()) <= 0.01 * spacing.min()
    }

    /// Whether another file gives the same pixels at the same place.
    fileprivate func isCopy(of other: DICOMSlice) -> Bool {
        guard encoding == other.encoding, compression == other.compression,
            pixels.count == other.pixels.count, (position - other.position).length == 0,
            let bytes = try? InputFile(path).bytes(pixels)
        else { return false }
        return bytes == (try? InputFile(other.path).bytes(other.pixels))
    }
}
