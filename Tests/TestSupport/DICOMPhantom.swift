public import Foundation

/// A DICOM series of made-up patients, with its files as scanners write them.
public struct DICOMPhantom {
    /// Columns, rows and slices.
    public var size: [Int]
    /// The value of each pixel by its column, row and slice.
    public var value: (Int, Int, Int) -> UInt16
    public var patient = "Phantom^Erika"
    /// UIDs of study and series; those of instances begin with that of the series.
    public var study = "1.2.3"
    public var series = "1.2.3.1"
    public var number = 1
    public var modality = "MR"
    /// In mm: between columns, rows and slices.
    public var spacing = [0.9, 0.8, 1.5]
    public var direction = "1\\0\\0\\0\\1\\0"

    public init(size: [Int], value: @escaping (Int, Int, Int) -> UInt16) {
        self.size = size
        self.value = value
    }

    /// Writes a file for each slice, numbered so that their order is not that of places.
    public func write(to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for slice in 0..<size[2] {
            let name = "\(number)-\(size[2] - slice)"
            try Data(file([slice], isEnhanced: false)).write(to: folder.appending(path: name))
        }
    }

    /// Writes one file, whose frames are the slices from the last to the first: Enhanced MR, PS3.3 A.36.
    public func writeFrames(to file: URL) throws {
        try Data(self.file((0..<size[2]).reversed(), isEnhanced: true)).write(to: file)
    }

    private func file(_ slices: [Int], isEnhanced: Bool) -> [UInt8] {
        let kind = "1.2.840.10008.5.1.4.1.1.4" + (isEnhanced ? ".1" : "")
        let instance = isEnhanced ? 0 : slices[0] + 1
        let places = slices.map { slice in
            position(ofSlice: slice).map { "\($0)" }.joined(separator: "\\")
        }
        let distances = "\(spacing[1])\\\(spacing[0])"
        let meta =
            element(2, 2, "UI", text(kind)) + element(2, 0x10, "UI", text("1.2.840.10008.1.2.1"))
        let pixels = slices.flatMap { slice in
            (0..<size[1]).flatMap { row in
                (0..<size[0]).flatMap { column in bytes(value(column, row, slice)) }
            }
        }
        func short(_ number: Int) -> [UInt8] { bytes(UInt16(number)) }
        var elements: [UInt8] = element(8, 5, "CS", text("ISO_IR 100"))
        elements += element(8, 8, "CS", text("ORIGINAL\\PRIMARY"))
        elements += element(8, 0x16, "UI", text(kind))
        elements += element(8, 0x18, "UI", text("\(series).\(instance)"))
        elements += element(8, 0x20, "DA", text("20261127"))
        elements += element(8, 0x60, "CS", text(modality))
        elements += element(0x10, 0x10, "PN", Array(patient.unicodeScalars.map { UInt8($0.value) }))
        elements += element(0x10, 0x20, "LO", text("P-1"))
        let thickness = element(0x18, 0x50, "DS", text("\(spacing[2])"))
        if !isEnhanced { elements += thickness }
        elements += element(0x20, 0x0D, "UI", text(study))
        elements += element(0x20, 0x0E, "UI", text(series))
        elements += element(0x20, 0x11, "IS", text("\(number)"))
        let positions = places.map { element(0x20, 0x32, "DS", text($0)) }
        let orientation = element(0x20, 0x37, "DS", text(direction))
        if !isEnhanced { elements += positions[0] + orientation }
        elements += element(0x20, 0x52, "UI", text("\(study).9"))
        elements += element(0x28, 2, "US", short(1))
        elements += element(0x28, 4, "CS", text("MONOCHROME2"))
        if isEnhanced { elements += element(0x28, 8, "IS", text("\(slices.count)")) }
        elements += element(0x28, 0x10, "US", short(size[1]))
        elements += element(0x28, 0x11, "US", short(size[0]))
        let pixelSpacing = element(0x28, 0x30, "DS", text(distances))
        if !isEnhanced { elements += pixelSpacing }
        for (tag, number) in [(0x100, 16), (0x101, 16), (0x102, 15), (0x103, 0)] {
            elements += element(0x28, tag, "US", short(number))
        }
        if isEnhanced {
            let shared =
                sequence(0x20, 0x9116, [orientation])
                + sequence(0x28, 0x9110, [thickness + pixelSpacing])
            elements += sequence(0x5200, 0x9229, [shared])
            elements += sequence(0x5200, 0x9230, positions.map { sequence(0x20, 0x9113, [$0]) })
        }
        elements += element(0x7FE0, 0x10, "OW", pixels)
        return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + meta + elements
    }

    /// Slices are stacked along the normal of their plane.
    private func position(ofSlice slice: Int) -> [Double] {
        let axes = direction.split(separator: "\\").map { Double($0) ?? 0 }
        let height = Double(slice) * spacing[2]
        return [(1, 2), (2, 0), (0, 1)].enumerated().map { axis, other in
            let (a, b) = other
            let normal = axes[a] * axes[3 + b] - axes[b] * axes[3 + a]
            return Double(10 * (axis + 1) * (axis < 2 ? 1 : 0)) + normal * height
        }
    }

    private func element(_ group: Int, _ number: Int, _ kind: String, _ value: [UInt8]) -> [UInt8] {
        let value = value.count % 2 == 0 ? value : value + [kind == "UI" ? 0 : 0x20]
        let start = bytes(UInt16(group)) + bytes(UInt16(number)) + Array(kind.utf8)
        return ["OW", "SQ"].contains(kind)
            ? start + [0, 0] + bytes(UInt32(value.count)) + value
            : start + bytes(UInt16(value.count)) + value
    }

    private func sequence(_ group: Int, _ number: Int, _ items: [[UInt8]]) -> [UInt8] {
        let marked = items.flatMap { item in
            bytes(UInt16(0xFFFE)) + bytes(UInt16(0xE000)) + bytes(UInt32(item.count)) + item
        }
        return element(group, number, "SQ", marked)
    }

    private func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    private func text(_ text: String) -> [UInt8] { Array(text.utf8) }
}
