/// The outline of a shape made of level and upright lines.
struct SVGPath {
    /// What stands in the attribute `d`.
    private(set) var data = ""
    /// The height of the pen, as written.
    private var level = ""

    /// Lifts the pen, and sets it down elsewhere.
    mutating func move(x: Double, y: Double) {
        level = SVGWriter.number(y)
        data += "M\(SVGWriter.number(x)) \(level)"
    }

    /// Draws to `x`, and there up or down to `y`; nothing if the pen is at that height, so that flat lines stay short.
    mutating func step(x: Double, y: Double) {
        let next = SVGWriter.number(y)
        guard next != level else { return }
        level = next
        data += "H\(SVGWriter.number(x))V\(level)"
    }

    /// Draws a level line to `x`.
    mutating func line(x: Double) { data += "H\(SVGWriter.number(x))" }

    /// Draws an upright line to `y`.
    mutating func line(y: Double) {
        level = SVGWriter.number(y)
        data += "V\(level)"
    }

    mutating func close() { data += "Z" }

    /// Adds a rectangle.
    mutating func add(_ box: Box) {
        move(x: box.left, y: box.top)
        line(x: box.right)
        line(y: box.bottom)
        line(x: box.left)
        close()
    }
}
