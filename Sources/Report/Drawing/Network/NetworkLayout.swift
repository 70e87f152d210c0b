/// Where the boxes of a network stand; x = 0 is the middle of the U, y = 0 the top of its first level.
///
/// Invariant: boxes hold their texts and keep apart; boxes of neighbouring levels overlap in x, so that an
/// upright arrow joins them.
struct NetworkLayout {
    static let lineHeight = 16.0
    /// Between the boxes of a level and the next.
    static let levelGap = 32.0
    /// What every level stands further outside than the one below it.
    private static let step = 20.0
    private static let copyLength = 56.0

    static let nameStyle = TextStyle(bold: true)
    static let lineStyle = TextStyle(colour: .ink)

    /// From the first level down, the bottom last.
    let encoders: [Box]
    /// From the first level down, one less.
    let decoders: [Box]
    /// The way from features to probabilities, above the last decoder.
    let head: Box
    /// Where deep supervision goes up, to the right of all boxes.
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
    /// Width and height of the boxes of each level.
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

    /// Of a box that holds such lines.
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
