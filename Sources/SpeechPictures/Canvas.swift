/// A picture to draw on: columns count from the left, rows from the top, and what lies outside is not drawn.
public struct Canvas: Equatable, Sendable {
    public let width: Int
    public let height: Int
    /// Indices into `Colour.allCases`, row by row.
    public private(set) var pixels: [UInt8]

    /// A canvas of the background's colour.
    ///
    /// - Precondition: Both sides are at least one pixel.
    public init(width: Int, height: Int) {
        precondition(width > 0 && height > 0, "A picture has pixels")
        self.width = width
        self.height = height
        pixels = Array(repeating: Colour.background.index, count: width * height)
    }

    public subscript(_ x: Int, _ y: Int) -> Colour { Colour.allCases[Int(pixels[y * width + x])] }

    /// Fills the columns `x` in the rows `y`.
    public mutating func fill(_ x: Range<Int>, _ y: Range<Int>, _ colour: Colour) {
        let columns = x.clamped(to: 0..<width)
        let index = colour.index
        for row in y.clamped(to: 0..<height) {
            for column in columns { pixels[row * width + column] = index }
        }
    }

    /// A level line with gaps.
    public mutating func dash(_ x: Range<Int>, row: Int, _ colour: Colour) {
        for start in stride(from: x.lowerBound, to: x.upperBound, by: 8) {
            fill(start..<min(start + 5, x.upperBound), row..<row + 1, colour)
        }
    }

    /// Writes text with its upper left corner at a pixel.
    ///
    /// - Parameter scale: Pixels per dot of the font.
    public mutating func write(_ text: String, x: Int, y: Int, _ colour: Colour, scale: Int = 2) {
        var left = x
        for character in text {
            let rows = BitmapFont.rows(character)
            for (row, dots) in rows.enumerated() {
                for column in 0..<BitmapFont.width where dots >> UInt8(BitmapFont.width - 1 - column) & 1 == 1 {
                    let (x, y) = (left + column * scale, y + row * scale)
                    fill(x..<x + scale, y..<y + scale, colour)
                }
            }
            left += (BitmapFont.width + 1) * scale
        }
    }

    /// Columns that a text takes.
    public static func width(of text: String, scale: Int = 2) -> Int { text.count * (BitmapFont.width + 1) * scale }
}
