/// A colour of a picture, each part from 0 to 255.
public struct RGB: Hashable, Sendable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    public static func grey(_ level: UInt8) -> RGB { RGB(level, level, level) }

    /// This colour under another one, of which a share from 0 to 1 covers it.
    public func covered(by colour: RGB, _ share: Double) -> RGB {
        func mix(_ below: UInt8, _ above: UInt8) -> UInt8 {
            UInt8((Double(below) * (1 - share) + Double(above) * share).rounded())
        }
        return RGB(mix(red, colour.red), mix(green, colour.green), mix(blue, colour.blue))
    }
}

/// A picture of so many pixels, drawn from its top left corner.
public struct Picture: Equatable, Sendable {
    public let width: Int
    public let height: Int
    /// Three bytes for each pixel, row by row.
    package private(set) var bytes: [UInt8]

    public init(width: Int, height: Int, background: RGB) {
        precondition(width > 0 && height > 0, "a picture of \(width)×\(height) pixels")
        self.width = width
        self.height = height
        bytes = []
        bytes.reserveCapacity(3 * width * height)
        for _ in 0..<width * height {
            bytes += [background.red, background.green, background.blue]
        }
    }

    /// The colour at a column and a row; what lies outside is ignored when set, and black.
    public subscript(x: Int, y: Int) -> RGB {
        get {
            guard (0..<width).contains(x), (0..<height).contains(y) else { return .grey(0) }
            let start = 3 * (y * width + x)
            return RGB(bytes[start], bytes[start + 1], bytes[start + 2])
        }
        set {
            guard (0..<width).contains(x), (0..<height).contains(y) else { return }
            let start = 3 * (y * width + x)
            bytes[start] = newValue.red
            bytes[start + 1] = newValue.green
            bytes[start + 2] = newValue.blue
        }
    }

    /// Fills a rectangle whose top left corner is given.
    public mutating func fill(x: Int, y: Int, width: Int, height: Int, _ colour: RGB) {
        for row in y..<y + max(0, height) {
            for column in x..<x + max(0, width) { self[column, row] = colour }
        }
    }
}
