internal import FoundationEssentials
internal import Host

/// The images of one series in the order of their places, on a regular grid.
struct DICOMSeries {
    var slices: [DICOMSlice]
    var geometry: Geometry

    /// The series in a folder, which must hold one only; files that are no DICOM images do not disturb.
    init(folder: String) throws(ImageError) {
        let slices = try Self.slices(in: folder)
        let series = Dictionary(grouping: slices, by: \.series).values
        guard series.count <= 1 else {
            let found = series.map {
                DICOMFault.Series(file: fileName($0[0].path), count: $0.count)
            }
            let sorted = found.sorted { $0.file < $1.file }
            throw ImageError(file: folder, fault: .dicom(.severalSeries(sorted)))
        }
        guard let first = slices.first else {
            throw ImageError(file: folder, fault: .dicom(.noFiles))
        }
        for slice in slices {
            try naming(slice.path) { () throws(ImageFault) in try slice.checkIsLike(first) }
        }
        let normal = first.normal
        self.slices = slices.sorted { ($0.position * normal).sum() < ($1.position * normal).sum() }
        geometry = try Self.geometry(of: self.slices)
    }

    private static func slices(in folder: String) throws(ImageError) -> [DICOMSlice] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw ImageError(file: folder, failure: .last)
        }
        var slices: [DICOMSlice] = []
        for name in names where !name.hasPrefix(".") {
            if let slice = try slice(in: folder + "/" + name) { slices.append(slice) }
        }
        return slices
    }

    private static func slice(in path: String) throws(ImageError) -> DICOMSlice? {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder
        else { return nil }
        let isNamed = [".dcm", ".ima"].contains { path.lowercased().hasSuffix($0) }
        let file = try InputFile(path)
        guard DICOMElements.recognise(try file.head(132)) else {
            guard !isNamed else { throw ImageError(file: path, fault: .dicom(.unmarked)) }
            return nil
        }
        let bytes = try file.head(file.size)
        return try naming(path) { () throws(ImageFault) in
            try DICOMSlice(DICOMElements(bytes), path: path)
        }
    }
}

extension DICOMSeries {
    /// How far, in parts of the usual distance, a slice may lie from its place: positions are often rounded to 0.1 mm.
    private static let tolerance = 0.05

    private static func geometry(of slices: [DICOMSlice]) throws(ImageError) -> Geometry {
        let first = slices[0]
        let step = try step(between: slices)
        let affine = Affine(
            x: first.directions[0] * first.spacing.x, y: first.directions[1] * first.spacing.y,
            z: first.normal * step, origin: first.position
        ).turnedFromLPS
        return Geometry(size: SIMD3(first.size.x, first.size.y, slices.count), affine: affine)
    }

    /// The distance between slices in mm, which must be the same everywhere.
    private static func step(between slices: [DICOMSlice]) throws(ImageError) -> Double {
        let normal = slices[0].normal
        guard slices.count > 1 else {
            guard let thickness = slices[0].thickness, thickness > 0 else {
                let missing = DICOMTag.thickness.description
                throw ImageError(file: slices[0].path, fault: .dicom(.missing(missing)))
            }
            return thickness
        }
        let steps = zip(slices, slices.dropFirst()).map { $1.position - $0.position }
        let heights = steps.map { ($0 * normal).sum() }
        let usual = heights.sorted()[heights.count / 2]
        for (index, (step, height)) in zip(steps, heights).enumerated() {
            let slice = slices[index + 1]
            guard height > 1e-3 else {
                let other = fileName(slices[index].path)
                throw ImageError(file: slice.path, fault: .dicom(.samePosition(as: other)))
            }
            guard abs(height - usual) <= tolerance * usual + 0.01 else {
                let fault = DICOMFault.distance(height, usual: usual)
                throw ImageError(file: slice.path, fault: .dicom(fault))
            }
            guard (step - normal * height).length <= tolerance * usual + 0.01 else {
                throw ImageError(file: slice.path, fault: .dicom(.tilted))
            }
        }
        return heights.reduce(0, +) / Double(heights.count)
    }
}

extension DICOMSlice {
    fileprivate func checkIsLike(_ first: DICOMSlice) throws(ImageFault) {
        guard size == first.size else { throw .dicom(.differs(in: "size")) }
        guard (spacing - first.spacing).max() < 1e-4, (spacing - first.spacing).min() > -1e-4 else {
            throw .dicom(.differs(in: "pixel spacing"))
        }
        let isParallel = zip(directions, first.directions).allSatisfy { ($0 - $1).length < 1e-3 }
        guard isParallel else { throw .dicom(.differs(in: "orientation")) }
    }
}

private func fileName(_ path: String) -> String {
    String(path.split(separator: "/").last ?? "")
}
