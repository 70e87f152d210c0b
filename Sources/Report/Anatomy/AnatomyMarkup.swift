internal import SegNASHost

/// The HTML elements of the section, which the page's script fills.
struct AnatomyMarkup {
    let payload: AnatomyPayload

    init(_ payload: AnatomyPayload) {
        self.payload = payload
    }

    var html: String {
        """
        <div class="anatomy">
        \(cases)
        <div class="an-row an-tools">
        \(toggle("reference", "reference", sample: "an-solid"))
        \(toggle("prediction", "prediction", sample: "an-dashed"))
        \(hasImages ? toggle("image", "image") : "")
        </div>
        <div class="an-planes">
        \(Plane.allCases.map(figure).joined(separator: "\n"))
        </div>
        <p class="an-note an-here" aria-live="polite"></p>
        <p class="an-note">\(conventions)</p>
        \(labels("Outlines", "outline") { _ in true })
        <div class="an-surfaces">
        <div class="an-scenes" tabindex="0" role="application" aria-roledescription="3D view" \
        aria-label="\(Self.sceneWords)">
        <p class="an-note an-wait">The surfaces are drawn when they come into view.</p>
        </div>
        <div class="an-row an-tools an-views" role="group" aria-label="View of the surfaces">
        \(Self.views.map(button).joined(separator: "\n"))
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

    private var cases: String {
        let buttons = payload.cases.enumerated().map { index, shown in
            let dice = shown.dice.map { "<small>Dice \(decimal($0))</small>" } ?? ""
            return """
                <button type="button" data-case="\(index)" aria-pressed="\(index == 0)">\
                \(escaped(shown.title)) \(dice)</button>
                """
        }
        return """
            <div class="an-row an-cases" role="group" aria-label="Case">
            \(buttons.joined(separator: "\n"))
            </div>
            """
    }

    private func toggle(_ name: String, _ words: String, sample: String? = nil) -> String {
        let line = sample.map { "<span class=\"an-line \($0)\"></span>" } ?? ""
        return """
            <label><input type="checkbox" data-show="\(name)" checked>\(line) \(words)</label>
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

    private var hasImages: Bool { payload.cases.contains { $0.image != nil } }

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
