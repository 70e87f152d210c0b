/// The layout of a network's boxes; x = 0 is the middle of the U, y = 0 the top of its first level.
///
/// Invariant: boxes hold their texts and keep apart; boxes of neighbouring levels overlap in x, so that an
/// upright arrow joins them.
struct NetworkLayout {
    static let lineHeight = 16.0
    /// The gap between the boxes of a level and the next.
    static let levelGap = 32.0
    /// The distance by which every level stands further outside than the one below it.
    private static let step = 20.0
    private static let copyLength = 56.0

    static let nameStyle = TextStyle(bold: true)
    static let lineStyle = TextStyle(colour: .ink)

    /// The boxes of the encoder from the first level down, the bottom last.
    let encoders: [Box]
    /// The boxes of the decoder from the first level down, one less.
    let decoders: [Box]
    /// The box of the head, above the last decoder.
    let head: Box
    /// The x of the path of deep supervision, to the right of all boxes.
    let bypass: Double

    init(_ figure: NetworkFigure) {
        let bottom = figure.levels.count - 1
        let sizes = Self.sizes(figure)
        let tops = sizes.reduce(into: [0.0]) { $0.append($0[$0.count - 1] + $1.y + Self.levelGap) }
        let outermost = sizes[bottom - 1].x / 2 + Self.copyLength / 2
        let boxes = sizes.indices.map { level in
            let offset = outermost + Double(bottom - 1 - level) * Self.step
            let x = level == bottom ? 0 : offset
            let center = Point(x: x, y: tops[level] + sizes[level].y / 2)
            return Box(center: center, width: sizes[level].x, height: sizes[level].y)
        }
        decoders = Array(boxes.dropLast())
        encoders = boxes.map { $0.moved(by: Point(x: -2 * $0.center.x, y: 0)) }
        head = Self.head(figure, above: boxes[0])
        bypass = max(head.right, boxes[0].right) + 26
    }

    var bounds: Box {
        (encoders + decoders).reduce(head) { $0.union($1) }
    }
}

extension NetworkLayout {
    /// The width and the height of the boxes of each level.
    private static func sizes(_ figure: NetworkFigure) -> [Point] {
        let texts = figure.levels.flatMap { level in
            [level.encoder, level.decoder].compactMap { $0.map(figure.lines) }
        }
        let width = texts.map(width).max() ?? 0
        return figure.levels.indices.map { level in
            let height = lineHeight * Double(lines(figure, figure.levels[level])) + 14
            let below = Double(figure.levels.count - 1 - level)
            return Point(x: width + 12 * Double(level), y: height + 8 * below)
        }
    }

    private static func lines(_ figure: NetworkFigure, _ level: NetworkFigure.Level) -> Int {
        [level.encoder, level.decoder].compactMap { $0.map(figure.lines)?.count }.max() ?? 0
    }

    /// The width of a box that holds the lines.
    private static func width(_ lines: [String]) -> Double {
        let others = lines.dropFirst().map(lineStyle.width).max() ?? 0
        return max(nameStyle.width(of: lines[0]), others) + 16
    }

    private static func head(_ figure: NetworkFigure, above box: Box) -> Box {
        let lines = figure.headLines
        let width = (lines.map(lineStyle.width).max() ?? 0) + 16
        let height = lineHeight * Double(lines.count) + 14
        let left = box.center.x - width / 2
        return Box(left: left, top: box.top - levelGap - height, width: width, height: height)
    }
}

/// The arrows of features between the boxes of a network.
struct NetworkArrows {
    let layout: NetworkLayout

    static let descent = Stroke(colour: .vermillion, width: 2.4)
    static let ascent = Stroke(colour: .blue, width: 2.4)
    static let copy = Stroke(colour: .muted, width: 1.6, dashes: "6 4")
    static let supervision = Stroke(colour: .purple, width: 1.8, dashes: "9 3 2 3")
    static let plain = Stroke(colour: .ink)

    /// The radius of the turns of deep supervision.
    private static let radius = 12.0

    /// The arrows from each encoder level to the next one below.
    var descents: [Arrow] {
        zip(layout.encoders, layout.encoders.dropFirst()).map { upper, lower in
            let x = Self.sharedMiddle(upper, lower)
            return Arrow(
                from: Point(x: x, y: upper.bottom), to: Point(x: x, y: lower.top), Self.descent)
        }
    }

    /// The arrows from the bottom and each decoder level to the next one above.
    var ascents: [Arrow] {
        let lowers = layout.decoders.dropFirst() + layout.encoders.suffix(1)
        return zip(layout.decoders, lowers).map { upper, lower in
            let x = Self.sharedMiddle(upper, lower)
            return Arrow(
                from: Point(x: x, y: lower.top), to: Point(x: x, y: upper.bottom), Self.ascent)
        }
    }

    var copies: [Arrow] {
        zip(layout.encoders, layout.decoders).map { encoder, decoder in
            Arrow(
                from: Point(x: encoder.right, y: encoder.center.y),
                to: Point(x: decoder.left, y: decoder.center.y), Self.copy)
        }
    }

    /// The arrows from the image to the first box, from the last decoder to the head and to the segmentation.
    var ends: [Arrow] {
        let (first, last, head) = (layout.encoders[0], layout.decoders[0], layout.head)
        let gap = Point(x: 0, y: NetworkLayout.levelGap)
        let tops = [first, last, head].map { Point(x: $0.center.x, y: $0.top) }
        return [
            Arrow(from: tops[0] - gap, to: tops[0], Self.plain),
            Arrow(from: tops[1], to: tops[1] - gap, Self.plain),
            Arrow(from: tops[2], to: tops[2] - gap, Self.plain),
        ]
    }

    /// The arrow from the bottom, up into the head.
    var supervision: Arrow {
        var path = branch(from: layout.encoders[layout.encoders.count - 1])
        let head = layout.head
        path.line(to: Point(x: path.end.x, y: head.center.y + Self.radius))
        path.quarter(to: path.end - Point(x: Self.radius, y: Self.radius), leavingUpright: true)
        path.line(to: Point(x: head.right + Arrow.headLength, y: head.center.y))
        return Arrow(shaft: path, stroke: Self.supervision)
    }

    /// The paths from the decoder levels below the first to the arrow from the bottom, which they join.
    var branches: [Path] {
        layout.decoders.dropFirst().map(branch)
    }

    private func branch(from box: Box) -> Path {
        let corner = Point(x: layout.bypass, y: box.center.y)
        var path = Path(from: Point(x: box.right, y: box.center.y))
        path.line(to: corner - Point(x: Self.radius, y: 0))
        path.quarter(to: corner - Point(x: 0, y: Self.radius), leavingUpright: false)
        return path
    }

    private static func sharedMiddle(_ a: Box, _ b: Box) -> Double {
        (max(a.left, b.left) + min(a.right, b.right)) / 2
    }
}
