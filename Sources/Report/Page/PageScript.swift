internal import CPage

/// What moves on a page: its script, and what that needs of it.
struct PageScript {
    let text: String
    /// HTML of dialogs.
    let dialogs: String
    /// What is not there without scripts.
    let warning: String

    static func study(showsCases: Bool) -> PageScript {
        // In a block: its names are those of no other script.
        let cases = showsCases ? "{\n\(SegNASReport.text(cp_anatomy_script()))}\n" : ""
        return PageScript(
            text: SegNASReport.text(cp_study_script()) + cases, dialogs: trialDialog,
            warning: "The charts and the table of trials need JavaScript.")
    }

    static var comparison: PageScript {
        PageScript(
            text: SegNASReport.text(cp_comparison_script()), dialogs: "",
            warning: "The chart needs JavaScript.")
    }

    /// Where a trial's learning curves are shown.
    private static let trialDialog = """
        <dialog id="trial" aria-labelledby="trial-title">
        <form method="dialog"><button id="trial-close">Close</button></form>
        <h2 id="trial-title">Trial</h2>
        <dl id="trial-facts" class="facts"></dl>
        \(Section.chart("trial", "Loss and validation Dice of each epoch"))
        </dialog>
        """
}
