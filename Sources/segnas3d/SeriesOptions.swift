public import ArgumentParser
public import SegNASImaging

/// Which DICOM series of a folder is read.
struct SeriesOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Of folders that hold several DICOM series, read this one: its Series Number or UID.",
            valueName: "number|uid"))
    var series: DICOMSelection?
}

extension DICOMSelection: ExpressibleByArgument {
    public init?(argument: String) {
        self.init(argument)
    }
}
