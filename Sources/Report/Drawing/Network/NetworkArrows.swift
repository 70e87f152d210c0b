/// The ways of features between the boxes of a network.
struct NetworkArrows {
    let layout: NetworkLayout

    static let descent = Stroke(colour: .vermillion, width: 2.4)
    static let ascent = Stroke(colour: .blue, width: 2.4)
    static let copy = Stroke(colour: .muted, width: 1.6, dashes: "6 4")
    static let supervision = Stroke(colour: .purple, width: 1.8, dashes: "9 3 2 3")
    static let plain = Stroke(colour: .ink)

    /// Of the turns of deep supervision.
    private static let radius = 12.0

    /// From each encoder level to the next one below.
    var descents: [Arrow] {
        zip(layout.encoders, layout.encoders.dropFirst()).map { upper, lower in
            let x = Self.sharedMiddle(upper, lower)
            return Arrow(
                from: Point(x: x, y: upper.bottom), to: Point(x: x, y: lower.top), Self.descent)
        }
    }

    /// From the bottom and each decoder level to the next one above.
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

    /// From the image to the first box, from the last decoder up to the head and to the segmentation.
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

    /// From the bottom, up into the head.
    var supervision: Arrow {
        var path = branch(from: layout.encoders[layout.encoders.count - 1])
        let head = layout.head
        path.line(to: Point(x: path.end.x, y: head.center.y + Self.radius))
        path.quarter(to: path.end - Point(x: Self.radius, y: Self.radius), leavingUpright: true)
        path.line(to: Point(x: head.right + Arrow.headLength, y: head.center.y))
        return Arrow(shaft: path, stroke: Self.supervision)
    }

    /// From the decoder levels below the first to where they join the way from the bottom.
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
