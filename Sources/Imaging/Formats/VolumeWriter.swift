internal import Glibc
internal import SegNASHost

extension Volume {
    /// Writes a NIfTI image, `.nii` or `.nii.gz` as the name says, which appears whole or not at all.
    ///
    /// Samples keep their type and scaling, and a volume that was read from a NIfTI file keeps both forms with their
    /// codes unless its affine was changed. NIfTI-1 has 32 bits for the numbers of affine and scaling; NIfTI-2 is
    /// written if that, or its 32,767 voxels along an axis, is too little.
    ///
    /// - Parameters:
    ///   - path: Ends in `.nii` or `.nii.gz`.
    ///   - replacing: Whether a file of that name may be replaced.
    /// - Throws: ``ImageError``, when the file exists or the system refuses.
    public func write(to path: String, replacing: Bool = false) throws(ImageError) {
        let name = path.lowercased()
        let isCompressed = name.hasSuffix(".nii.gz")
        guard isCompressed || name.hasSuffix(".nii") else {
            throw ImageError(file: path, fault: .writtenName)
        }
        // Looked at first because compression takes time; publishing looks again.
        guard replacing || access(path, F_OK) != 0 else {
            throw ImageError(file: path, fault: .exists)
        }
        let content = try naming(path) { () throws(ImageFault) in
            let content = try encoded()
            return isCompressed
                ? try content.withBytes { bytes throws(ImageFault) in
                    try Gzip.compress(bytes, level: 6)
                } : content
        }
        do throws(SystemFailure) {
            let file = try AtomicFile(path: path)
            try content.withBytes { bytes throws(SystemFailure) in try file.append(bytes) }
            try file.publish(replacing: replacing)
        } catch {
            throw ImageError(
                file: path, fault: error.code == EEXIST ? .exists : .unwritable("\(error)"))
        }
    }

    /// Header and samples in one piece, as compression wants them.
    private func encoded() throws(ImageFault) -> SampleBuffer {
        let header = NIfTIEncoding(self).header()
        let count = header.count + samples.count * samples.type.size
        guard let content = SampleBuffer(byteCount: count) else {
            throw .outOfMemory(bytes: count)
        }
        content.bytes.copyBytes(from: header)
        samples.withBytes {
            UnsafeMutableRawBufferPointer(rebasing: content.bytes[header.count...])
                .copyMemory(from: $0)
        }
        return content
    }
}

/// Writes a NIfTI image that is larger than memory, piece by piece; it appears whole or not at all.
///
/// Pieces of a `.nii.gz` are separate gzip members, one after another, as RFC 1952 allows.
package final class VolumeWriter {
    private let path: String
    private let file: AtomicFile
    private let isCompressed: Bool
    private let replaces: Bool
    private let type: SampleType
    private var missing: Int

    /// Begins a file for channels on a grid, which is named `.nii` or `.nii.gz`.
    ///
    /// - Throws: ``ImageError``, when the file exists or the system refuses.
    package init(
        _ path: String, geometry: Geometry, channels: Int, type: SampleType, replacing: Bool = false
    ) throws(ImageError) {
        isCompressed = path.lowercased().hasSuffix(".nii.gz")
        guard isCompressed || path.lowercased().hasSuffix(".nii") else {
            throw ImageError(file: path, fault: .writtenName)
        }
        guard replacing || access(path, F_OK) != 0 else {
            throw ImageError(file: path, fault: .exists)
        }
        do {
            file = try AtomicFile(path: path)
        } catch {
            throw ImageError(file: path, fault: .unwritable("\(error)"))
        }
        self.path = path
        self.type = type
        replaces = replacing
        let size = geometry.size
        let shape = [size.x, size.y, size.z, channels]
        missing = shape.reduce(1, *)
        let header = NIfTIEncoding(shape: shape, geometry: geometry, type: type).header()
        try append(Samples(header))
    }

    /// Appends the next samples.
    package func write(_ samples: Samples) throws(ImageError) {
        precondition(samples.type == type && samples.count <= missing, "samples of another image")
        missing -= samples.count
        try append(samples)
    }

    /// Gives the file its name; all samples must have been written.
    package func finish() throws(ImageError) {
        precondition(missing == 0, "\(missing) samples are missing")
        do {
            try file.publish(replacing: replaces)
        } catch {
            throw ImageError(
                file: path, fault: error.isExistingFile ? .exists : .unwritable("\(error)"))
        }
    }

    private func append(_ samples: Samples) throws(ImageError) {
        do {
            try samples.withBytes { bytes in
                guard isCompressed else { return try file.append(bytes) }
                // Noise of float32 hardly shrinks: the fastest level loses little.
                try Gzip.compress(bytes, level: 1).withBytes { try file.append($0) }
            }
        } catch let fault as ImageFault {
            throw ImageError(file: path, fault: fault)
        } catch {
            throw ImageError(file: path, fault: .unwritable("\(error)"))
        }
    }
}
