internal import Glibc
internal import SegNASHost

extension Volume {
    /// Writes a NIfTI image, `.nii` or `.nii.gz` as the name says, which appears whole or not at all.
    ///
    /// Samples keep their type and scaling, and a volume that was read from a NIfTI file both its forms with their codes
    /// unless its affine was changed. NIfTI-1 has 32 bits for the numbers of affine and scaling; NIfTI-2 is written
    /// where that, or its 32,767 voxels along an axis, is too little.
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
