internal import ArgumentParser
internal import Glibc
internal import SegNASHost
internal import SegNASImaging

/// `segnas3d info`: shows what image files hold.
struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what image files hold: sizes, spacing, orientation and values.",
        discussion: """
            Reads NIfTI, Analyze, MGH, NRRD and MetaImage files and folders of DICOM files. World coordinates \
            are in mm, towards right, anterior and superior. Files that cannot be read are named on standard \
            error; the exit code is then 1.
            """)

    @Flag(help: "Print one line of JSON for each image instead of text.")
    var json = false

    @OptionGroup var dicom: SeriesArguments

    @Argument(help: "Image files, or folders of DICOM files.")
    var images: [String]

    func run() throws {
        var areAllReadable = true
        for image in images {
            do {
                let file = try ImageFile(contentsOf: image, series: dicom.series)
                let description = ImageDescription(file, name: image)
                print(json ? try description.json() : description.text())
            } catch let error as ImageError {
                areAllReadable = false
                var standardError = StandardError()
                print("Error: \(error)", to: &standardError)
            }
            fflush(nil)
        }
        guard areAllReadable else { throw ExitCode.failure }
    }
}

/// The output of `info` for an image.
struct ImageDescription: Encodable {
    let schema = 1
    var file: String
    var format: ImageFormat
    var shape: [Int]
    var dtype: SampleType
    /// In mm.
    var spacing: [Double]
    var orientation: String
    /// Four rows, from voxels to mm.
    var affine: [[Double]]
    /// Statistics of the finite values; null if there are none.
    var minimum: Double?
    var maximum: Double?
    var sum: Double?
    var nan: Int
    var infinite: Int
    var remarks: [String]
    /// The structures that the file names, if it is a label map that does.
    var structures: [Structure]?

    struct Structure: Encodable {
        var name: String
        var value: Int?
    }

    init(_ image: ImageFile, name: String) {
        let volume = image.volume
        let statistics = VolumeStatistics(volume)
        file = name
        format = image.format
        shape = volume.shape
        dtype = volume.samples.type
        spacing = [volume.affine.spacing.x, volume.affine.spacing.y, volume.affine.spacing.z]
        orientation = "\(Orientation(volume.affine))"
        affine = volume.affine.rows
        // Scaling can overflow, and JSON has no infinity.
        minimum = statistics.minimum.flatMap { $0.isFinite ? $0 : nil }
        maximum = statistics.maximum.flatMap { $0.isFinite ? $0 : nil }
        sum = statistics.sum.isFinite && statistics.finite > 0 ? statistics.sum : nil
        nan = statistics.nan
        infinite = statistics.infinite
        remarks = image.remarks.map(\.message)
        structures = image.labelNames?.entries.map { Structure(name: $0.name, value: $0.value) }
    }

    enum CodingKeys: String, CodingKey {
        case schema, file, format, shape, dtype, spacing, orientation, affine, minimum, maximum, sum
        case nan, infinite, remarks, structures
    }

    /// Writes every key, with null if there is no value.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(schema, forKey: .schema)
        try container.encode(file, forKey: .file)
        try container.encode(format, forKey: .format)
        try container.encode(shape, forKey: .shape)
        try container.encode(dtype, forKey: .dtype)
        try container.encode(spacing, forKey: .spacing)
        try container.encode(orientation, forKey: .orientation)
        try container.encode(affine, forKey: .affine)
        try container.encode(minimum, forKey: .minimum)
        try container.encode(maximum, forKey: .maximum)
        try container.encode(sum, forKey: .sum)
        try container.encode(nan, forKey: .nan)
        try container.encode(infinite, forKey: .infinite)
        try container.encode(remarks, forKey: .remarks)
        try container.encode(structures, forKey: .structures)
    }

    /// One line.
    func json() throws -> String {
        try JSONDocument.text(of: self, .line)
    }
}

// MARK: - Text

extension ImageDescription {
    /// The name, and a line for each property.
    func text() -> String {
        var rows = [
            ["format", format.rawValue],
            ["shape", shape.map { "\($0)" }.joined(separator: " × ")],
            ["type", dtype.rawValue],
            ["spacing", spacing.map(Self.rounded).joined(separator: " × ") + " mm"],
            ["orientation", orientation],
        ]
        let cells = affine.prefix(3).map { $0.map(Self.rounded) }
        let matrix = TextTable(
            columns: Array(repeating: .right(""), count: 4), rows: cells
        ).lines.dropFirst()
        rows += zip(["affine", "", ""], matrix).map { [$0, $1] }
        rows.append(["values", values])
        if nan + infinite > 0 { rows.append(["not finite", "\(nan) NaN, \(infinite) infinite"]) }
        for structure in structures ?? [] {
            rows.append(["structure", "\(structure.value.map { "\($0) " } ?? "")\(structure.name)"])
        }
        rows += remarks.map { ["note", $0] }
        let table = TextTable(columns: [.left(""), .left("")], rows: rows).lines.dropFirst()
        return ([file] + table.map { "  " + $0 }).joined(separator: "\n")
    }

    private var values: String {
        guard let minimum, let maximum, let sum else { return "none is finite" }
        return "\(Self.rounded(minimum)) to \(Self.rounded(maximum)), sum \(Self.rounded(sum))"
    }

    /// As short as four decimals allow.
    private static func rounded(_ number: Double) -> String {
        let places = abs(number) < 0.01 ? 1e8 : 1e4
        let value = abs(number) < 1e11 ? (number * places).rounded() / places : number
        // Without the zero of "1.0" and the sign of "-0.0".
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }
}
