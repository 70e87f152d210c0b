extension Volume {
    /// Reads an image file; its content decides what it is, not its name alone.
    ///
    /// - Throws: ``ImageError`` for a file that cannot be read, is damaged, contradicts itself, or holds something else
    ///   than a real image with a place in space: nothing is repaired silently.
    public init(contentsOf path: String) throws(ImageError) {
        self = try ImageFile(contentsOf: path).volume
    }
}
