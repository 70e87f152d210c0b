/// The report of several trainings.
package protocol TrainingsPage {
    var title: String { get }
    var sections: [Section] { get }
    /// Cases in images; nil without any.
    var cases: AnatomySection? { get }
    /// The version of segnas3d that makes the page.
    var version: String { get }
    var date: String? { get set }
    /// A validation case as the network of this moment sees it, as a PNG file in base64; nil in a report.
    var preview: String? { get set }
}

extension TrainingsPage {
    /// The whole page; with a position one that is watched.
    package func html(at position: LivePosition?) throws -> String {
        try Page(
            title: title, sections: sections,
            data: pageJSON(TrainingsData(anatomy: showsCases ? cases?.payload : nil)),
            script: .trainings(showsCases: showsCases), version: version,
            hasSide: position != nil, hasFiles: cases?.hasFiles ?? false, position: position
        ).html
    }

    /// The parts of the page by their ids: those that scripts have filled are empty.
    package var parts: [(id: String, html: String)] {
        sections.map { ($0.id, $0.id == "cases" ? "" : $0.html) }
    }

    /// True if the page shows cases, which scripts draw.
    package var showsCases: Bool { cases?.isDrawn ?? false }
}

/// What the scripts of a page of trainings read.
private struct TrainingsData: Encodable {
    var anatomy: AnatomyPayload?
}
