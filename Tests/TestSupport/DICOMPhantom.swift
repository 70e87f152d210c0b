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
            try Data(file(slice)).write(to: folder.appending(path: name))
        }
    }

    private func file(_ slice: Int) -> [UInt8] {
        let kind = "1.2.840.10008.5.1.4.1.1.4"
        let meta =
            element(2, 2, "UI", text(kind)) + element(2, 0x10, "UI", text("1.2.840.10008.1.2.1"))
        let pixels = (0..<size[1]).flatMap { row in
            (0..<size[0]).flatMap { column in bytes(value(column, row, slice)) }
        }
        func short(_ number: Int) -> [UInt8] { bytes(UInt16(number)) }
        var elements: [UInt8] = element(8, 5, "CS", text("ISO_IR 100"))
        elements += element(8, 8, "CS", text("ORIGINAL\\PRIMARY"))
        elements += element(8, 0x16, "UI", text(kind))
        elements += element(8, 0x18, "UI", text("\(series).\(slice + 1)"))
        elements += element(8, 0x20, "DA", text("20261127"))
        elements += element(8, 0x60, "CS", text(modality))
        elements += element(0x10, 0x10, "PN", Array(patient.unicodeScalars.map { UInt8($0.value) }))
        elements += element(0x10, 0x20, "LO", text("P-1"))
        elements += element(0x18, 0x50, "DS", text("\(spacing[2])"))
        elements += element(0x20, 0x0D, "UI", text(study))
        elements += element(0x20, 0x0E, "UI", text(series))
        elements += element(0x20, 0x11, "IS", text("\(number)"))
        let place = position(ofSlice: slice).map { "\($0)" }.joined(separator: "\\")
        elements += element(0x20, 0x32, "DS", text(place))
        elements += element(0x20, 0x37, "DS", text(direction))
        elements += element(0x20, 0x52, "UI", text("\(study).9"))
        elements += element(0x28, 2, "US", short(1))
        elements += element(0x28, 4, "CS", text("MONOCHROME2"))
        elements += element(0x28, 0x10, "US", short(size[1]))
        elements += element(0x28, 0x11, "US", short(size[0]))
        elements += element(0x28, 0x30, "DS", text("\(spacing[1])\\\(spacing[0])"))
        for (tag, number) in [(0x100, 16), (0x101, 16), (0x102, 15), (0x103, 0)] {
            elements += element(0x28, tag, "US", short(number))
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
        return kind == "OW"
            ? start + [0, 0] + bytes(UInt32(value.count)) + value
            : start + bytes(UInt16(value.count)) + value
    }

    private func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    private func text(_ text: String) -> [UInt8] { Array(text.utf8) }
}
