/// A matrix of weights, repacked so that one pass reads it from its first byte to its last.
///
/// Sixteen outputs side by side are a panel; within a panel, row follows row, a row being the weights of one input. A
/// convolution over time is such a matrix too: the rows of one tap come after those of the tap before.
struct PanelMatrix: Sendable {
    /// Outputs in a panel.
    static let width = 16

    let rows: Int
    let outputs: Int
    /// Panel after panel, `rows` each.
    let panels: [SIMD16<Float>]

    /// - Parameters:
    ///   - outputs: A multiple of 64, as kernels may take four panels at once.
    ///   - weight: The weight from an input row to an output.
    init(rows: Int, outputs: Int, weight: (_ row: Int, _ output: Int) -> Float) {
        precondition(outputs % (4 * Self.width) == 0, "Kernels may take four panels at once")
        self.rows = rows
        self.outputs = outputs
        panels = (0..<outputs / Self.width).flatMap { panel in
            (0..<rows).map { row in
                var vector = SIMD16<Float>()
                for lane in vector.indices { vector[lane] = weight(row, panel * Self.width + lane) }
                return vector
            }
        }
    }
}

/// Where some rows of a matrix, the vectors that they are multiplied with, and the sums lie.
struct PanelProduct {
    /// The first of the rows in the first panel.
    var panels: UnsafePointer<SIMD16<Float>>
    /// Rows in a panel.
    var panelRows: Int
    var panelCount: Int
    /// Rows that take part: as many as each input has floats.
    var rows: Int
    /// The first input; each of the others begins `inputStride` floats after the one before.
    var input: UnsafePointer<Float>
    var inputStride: Int
    /// The first sums, 16 for each panel; each input's begin `outputStride` floats after those of the one before.
    var output: UnsafeMutablePointer<Float>
    var outputStride: Int
    /// Inputs, 1 to 4.
    var columns: Int
}
