extension Volume {
    /// Reads an image file, or the DICOM series in a folder; its content decides what it is, not its name alone.
    ///
    /// Of folders with several series the selected one is read.
    /// - Throws: ``ImageError`` for a file that cannot be read, is damaged, contradicts itself, or holds something else
    ///   than a real image with a place in space: nothing is repaired silently.
    public init(contentsOf path: String, series: DICOMSelection? = nil) throws(ImageError) {
        self = try ImageFile(contentsOf: path, series: series).volume
    }
}
