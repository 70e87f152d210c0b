@testable import SegNASImaging

/// Small NRRD and MetaImage files of 2 × 3 × 4 voxels, to be spoilt: the samples are 0, 1, … in 16 bits.
enum TextHeaderBytes {
    static let samples: [UInt8] = (0..<48).map { $0 % 2 == 0 ? $0 / 2 : 0 }

    static func nrrd(_ fields: String = "", encoding: String = "raw") -> String {
        """
        NRRD0004
        # A comment
        type: short
        dimension: 3
        space: left-posterior-superior
        sizes: 2 3 4
        space directions: (0,1.5,0) (-0.5,0,0) (0,0,2)
        kinds: domain domain domain
        endian: little
        encoding: \(encoding)
        space origin: (1,-2,3)
        key:=value
        \(fields)
        """ + (fields.isEmpty ? "\n" : "\n\n")
    }

    static func metaImage(_ fields: String = "CompressedData = False", data: String = "LOCAL")
        -> String
    {
        """
        ObjectType = Image
        NDims = 3
        BinaryData = True
        BinaryDataByteOrderMSB = False
        \(fields)
        TransformMatrix = 0 1 0 -1 0 0 0 0 1
        Offset = 1 -2 3
        ElementSpacing = 1.5 0.5 2
        DimSize = 2 3 4
        ElementType = MET_SHORT
        ElementDataFile = \(data)

        """
    }

    /// The place of the voxels of all these.
    static let affine = Affine(
        x: [0, -1.5, 0], y: [0.5, 0, 0], z: [0, 0, 2], origin: [-1, 2, 3])

    /// A zlib stream, made of a gzip member.
    static func zlib(_ bytes: [UInt8]) throws -> [UInt8] {
        let member = try NIfTIBytes.gzip(bytes)
        var (a, b) = (1, 0)
        for byte in bytes {
            a = (a + Int(byte)) % 65_521
            b = (b + a) % 65_521
        }
        let checksum = [b >> 8, b & 255, a >> 8, a & 255].map { UInt8($0) }
        return [0x78, 0x9C] + member[10..<member.count - 8] + checksum
    }

    static let compressed = "CompressedData = True"

    /// Whole files, by the ending of their names.
    static func all() throws -> [(name: String, bytes: [UInt8])] {
        [
            ("raw.nrrd", Array(nrrd().utf8) + samples),
            ("gzip.nrrd", Array(nrrd(encoding: "gzip").utf8) + (try NIfTIBytes.gzip(samples))),
            ("raw.mha", Array(metaImage().utf8) + samples),
            ("zlib.mha", Array(metaImage(compressed).utf8) + (try zlib(samples))),
        ]
    }
}
