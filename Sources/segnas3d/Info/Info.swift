internal import ArgumentParser
internal import Glibc
internal import SegNASImaging

/// `segnas3d info`: what image files hold.
struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what image files hold: sizes, spacing, orientation and values.",
        discussion: """
            Reads NIfTI, Analyze, MGH, NRRD and MetaImage files and folders of DICOM files. World coordinates \
            are in mm, towards right, anterior and superior. Files that cannot be read are named on standard \
            error, and the exit code is 1.
            """)

    @Flag(help: "Print one JSON object a line for each image instead of text.")
    var json = false

    @OptionGroup var dicom: SeriesOptions

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
