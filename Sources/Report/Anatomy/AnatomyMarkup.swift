internal import SegNASHost

/// The HTML elements of the section, which the page's script fills.
struct AnatomyMarkup {
    let payload: AnatomyPayload

    init(_ payload: AnatomyPayload) {
        self.payload = payload
    }

    /// Where no case can be read, a sentence that says so.
    var html: String {
        guard !payload.cases.isEmpty else {
            return "<p class=\"note\">No case can be shown: \(unreadable)</p>"
        }
        return """
            <div class="anatomy">
            \(chooser)
            <div class="an-row an-tools">
            \(toggle("reference", "reference", sample: "an-solid"))
            \(toggle("reference-fill", "filled", sample: "an-filled", of: "reference"))
            \(toggle("prediction", "prediction", sample: "an-dashed"))
            \(toggle("prediction-fill", "filled", sample: "an-hatched", of: "prediction"))
            \(hasImages ? toggle("image", "image") : "")
            <button type="button" class="save" data-save="slices">Save as PNG</button>
            </div>
            <div class="an-planes">
            \(Plane.allCases.map(figure).joined(separator: "\n"))
            </div>
            <p class="an-note an-here" aria-live="polite"></p>
            \(hasViewers ? "<dl class=\"an-viewers\"></dl>" : "")
            <p class="an-note">\(conventions)</p>
            \(labels("Outlines", "outline") { _ in true })
            <div class="an-surfaces">
            <div class="an-scenes" tabindex="0" role="application" aria-roledescription="3D view" \
            aria-label="\(Self.sceneWords)">
            <p class="an-note an-wait">The surfaces are drawn when they come into view.</p>
            </div>
            <div class="an-row an-tools an-views" role="group" aria-label="View of the surfaces">
            \(Self.views.map(button).joined(separator: "\n"))
            <button type="button" class="save" data-save="surfaces">Save as PNG</button>
            </div>
            <p class="an-note">\(surfaceWords)</p>
            \(labels("Surfaces", "surface") { !$0.isOuter })
            </div>
            </div>
            """
    }

    private enum Plane: String, CaseIterable {
        case axial, coronal, sagittal
    }

    // MARK: - The choice of a case

    private var chooser: String {
        """
        <div class="an-row an-tools">
        <label>Cases by <select class="an-order"><option value="0">mean Dice</option>
        \(orders)<option value="number">number</option></select></label>
        <button type="button" data-step="-1">Previous</button>
        <button type="button" data-step="1">Next</button>
        </div>
        <div class="an-row an-cases" role="group" aria-label="Case">
        \(payload.cases.enumerated().map(button).joined(separator: "\n"))
        </div>
        <p class="an-note">\(escaped(omission))</p>
        """
    }

    private var orders: String {
        payload.scored.enumerated().map { index, name in
            "<option value=\"\(index + 1)\">Dice of \(escaped(name))</option>\n"
        }.joined()
    }

    private func button(_ index: Int, _ shown: ShownCase) -> String {
        let rank = shown.ranks.first.flatMap(\.self).map { "\($0): " } ?? ""
        let dice = shown.dice.first.flatMap(\.self).map { "Dice \(decimal($0))" } ?? "no Dice"
        return """
            <button type="button" data-case="\(index)" aria-pressed="\(index == 0)">\
            <span class="an-rank">\(rank)</span>\(escaped(shown.title)) \
            <small class="an-dice">\(dice)</small></button>
            """
    }

    /// Which cases there are, and how many are not.
    private var omission: String {
        let all = payload.cases.count + payload.omitted
        let missing = payload.unreadable > 0 ? " Others are missing: \(unreadable)" : ""
        guard payload.omitted > 0 else {
            return
                (all == 1 && missing.isEmpty
                ? "This is the only case." : "All \(all) cases that can be read are shown.")
                + missing
        }
        return """
            \(payload.cases.count) of \(all) cases are shown, first the worst, the median and the best by the mean \
            Dice and by that of each label, then the others from the worst. \(payload.omitted) are left out, so that \
            this page stays below 10 MB: segnas3d report --all-cases shows them all.\(missing)
            """
    }

    private var unreadable: String {
        """
        the reference or the prediction of \(counted(payload.unreadable, "case")) cannot be read, as it is no longer \
        where it was, or has changed since.
        """
    }

    private var hasViewers: Bool { payload.cases.contains { $0.viewers != nil } }

    // MARK: - What is shown of it

    private func toggle(
        _ name: String, _ words: String, sample: String? = nil, of owner: String? = nil
    ) -> String {
        let line = sample.map { "<span class=\"an-line \($0)\"></span>" } ?? ""
        let isOn = owner == nil ? " checked" : ""
        let label = owner.map { " aria-label=\"\($0) \(words)\"" } ?? ""
        return """
            <label><input type="checkbox" data-show="\(name)"\(label)\(isOn)>\(line) \(words)</label>
            """
    }

    private func figure(_ plane: Plane) -> String {
        """
        <figure class="an-plane" data-plane="\(plane.rawValue)">
        <canvas role="img" aria-label="\(plane.rawValue) slice"></canvas>
        <figcaption><label>\(plane.rawValue) <input type="range" min="0" max="0" value="0">\
        </label> <output></output></figcaption>
        </figure>
        """
    }

    private func labels(
        _ title: String, _ kind: String, _ isOn: (AnatomyPayload.Label) -> Bool
    ) -> String {
        let boxes = payload.labels.enumerated().map { index, label in
            """
            <label><input type="checkbox" data-\(kind)="\(index)"\(isOn(label) ? " checked" : "")>\
            <span class="an-swatch" style="background:\(label.colour)"></span>\
            \(escaped(label.name))</label>
            """
        }
        return """
            <fieldset class="an-labels"><legend>\(title)</legend>
            <button type="button" data-all="\(kind)">all</button>
            <button type="button" data-none="\(kind)">none</button>
            \(boxes.joined(separator: "\n"))
            </fieldset>
            """
    }

    private func button(_ view: (name: String, words: String)) -> String {
        """
        <button type="button" data-view="\(view.name)" aria-label="\(view.words)" \
        title="\(view.words)">\(view.name)</button>
        """
    }

    private static let views = [
        ("R", "from the right"), ("L", "from the left"), ("A", "from the front"),
        ("P", "from behind"), ("S", "from above"), ("I", "from below"), ("+", "nearer"),
        ("−", "farther"),
    ]

    private static let sceneWords =
        "Surfaces of the reference and of the prediction; arrow keys turn both, with shift they move them, "
        + "plus and minus bring them nearer and farther"

    private var hasImages: Bool {
        // What lies in files is not known here, and most have images.
        payload.cases.contains { $0.content.map { $0.image != nil } ?? true }
    }

    private var conventions: String {
        let image = """
            Black to white is the middle 99&nbsp;% of the intensities; the picture is compressed with \
            loss, the outlines are not.
            """
        return """
            Radiological convention: the body’s right (R) is on the left of axial and coronal slices, \
            its front (A) on the left of sagittal ones. \(hasImages ? image : "") Click into a slice, or \
            use the sliders and their arrow keys, to move all three.<span class="an-reduced"></span>
            """
    }

    private var surfaceWords: String {
        let outer = payload.labels.filter(\.isOuter).map { escaped($0.name) }
        let hidden =
            outer.isEmpty
            ? ""
            : " Off at first, as they hide others, and filled with them: \(outer.joined(separator: ", "))."
        return """
            Left: reference; right: prediction (on narrow screens, above and below). Drag or use the \
            arrow keys to turn both (with shift, to move them; + and − zoom). Surfaces are smoothed, and \
            those of large structures coarser than their voxels.\(hidden) Colours lie far apart for \
            readers without red or green cones too.
            """
    }
}

extension ShownCase {
    /// `case 12`, or its name with it.
    var title: String { "case \(number)" + (name.map { " (\($0))" } ?? "") }
}
