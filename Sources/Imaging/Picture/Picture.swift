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

/// A picture of pixels, drawn from its top left corner.
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

extension Picture {
    /// Pixels from one letter to the next, and from one line to the next, at scale 1.
    public static let letterSize = (width: 6, height: 10)

    /// Writes a line of letters, five by seven pixels each at scale 1, whose top left corner is given.
    ///
    /// Letters that the font lacks (it has ASCII) become a question mark.
    public mutating func write(_ text: String, x: Int, y: Int, scale: Int = 2, _ colour: RGB) {
        for (place, letter) in text.enumerated() {
            for (column, bits) in PixelFont.columns(of: letter).enumerated() {
                for row in 0..<8 where bits >> row & 1 == 1 {
                    fill(
                        x: x + (place * Self.letterSize.width + column) * scale,
                        y: y + row * scale, width: scale, height: scale, colour)
                }
            }
        }
    }

    /// Text cut to a width in pixels.
    public static func shortened(_ text: String, toWidth width: Int, scale: Int = 2) -> String {
        let count = max(1, width / (letterSize.width * scale))
        return text.count > count ? text.prefix(max(0, count - 2)) + ".." : text
    }
}

/// The letters of dot-matrix displays, five columns wide.
private enum PixelFont {
    /// The columns of a letter from the left, the top pixel in the lowest bit.
    static func columns(of letter: Character) -> ArraySlice<UInt8> {
        let code = Int(letter.asciiValue ?? 63)
        let index = (32..<127).contains(code) ? code - 32 : 63 - 32
        return bits[index * 5..<index * 5 + 5]
    }

    /// Two hexadecimal digits for each column, from the space to the tilde.
    private static let bits: [UInt8] = {
        var bytes: [UInt8] = []
        for digit in letters where digit.isHexDigit {
            let value = UInt8(digit.hexDigitValue ?? 0)
            bytes.append(value)
        }
        return stride(from: 0, to: bytes.count, by: 2).map { bytes[$0] << 4 | bytes[$0 + 1] }
    }()

    private static let letters = """
        0000000000 00005F0000 0007000700 147F147F14 242A7F2A12 2313086462 3649562050 0000070000
        001C224100 0041221C00 14083E0814 08083E0808 0080600000 0808080808 0060600000 2010080402
        3E5149453E 00427F4000 4261514946 2141454B31 1814127F10 2745454539 3C4A494930 0171090503
        3649494936 064949291E 0036360000 0080760000 0814224100 1414141414 0041221408 0201510906
        324979413E 7E1111117E 7F49494936 3E41414122 7F4141221C 7F49494941 7F09090901 3E4149497A
        7F0808087F 00417F4100 2040413F01 7F08142241 7F40404040 7F020C027F 7F0408107F 3E4141413E
        7F09090906 3E4151215E 7F09192946 4649494931 01017F0101 3F4040403F 1F2040201F 3F4038403F
        6314081463 0708700807 6151494543 007F414100 0204081020 0041417F00 0402010204 8080808080
        0001020400 2054545478 7F48444438 3844444420 384444487F 3854545418 087E090102 18A4A4A47C
        7F08040478 00447D4000 4080847D00 7F10284400 00417F4000 7C04180478 7C08040478 3844444438
        FC24242418 18242418FC 7C08040408 4854545420 043F444020 3C4040207C 1C2040201C 3C4030403C
        4428102844 1CA0A0A07C 4464544C44 0008364100 00007F0000 0041360800 0804081008
        """
}
