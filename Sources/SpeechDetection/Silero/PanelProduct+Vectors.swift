extension PanelProduct {
    private typealias Vector = SIMD8<Float>

    func addScalar() {
        for column in 0..<columns {
            let (input, output) = (input + column * inputStride, output + column * outputStride)
            for index in 0..<panelCount * PanelMatrix.width {
                let (panel, lane) = index.quotientAndRemainder(dividingBy: PanelMatrix.width)
                for row in 0..<rows { output[index] += panels[panel * panelRows + row][lane] * input[row] }
            }
        }
    }

    func addVectors() {
        for panel in 0..<panelCount {
            panels.advanced(by: panel * panelRows).withMemoryRebound(to: Vector.self, capacity: 2 * rows) { weights in
                let sums = output + panel * PanelMatrix.width
                switch columns {
                case 3, 4:
                    addColumns(weights, to: sums)
                    addColumns(weights + 1, to: sums + Vector.scalarCount)
                default:
                    for column in 0..<columns {
                        addColumn(weights, input: input + column * inputStride, to: sums + column * outputStride)
                    }
                }
            }
        }
    }

    /// Three or four columns and half a panel: as many sums as fit in the sixteen registers of SSE2.
    @inline(__always)
    private func addColumns(_ weights: UnsafePointer<Vector>, to sums: UnsafeMutablePointer<Float>) {
        var (first, second, third, fourth) = (Vector(), Vector(), Vector(), Vector())
        let (one, two) = (input + inputStride, input + 2 * inputStride)
        let three = columns == 4 ? input + 3 * inputStride : two
        for row in 0..<rows {
            let weight = weights[2 * row]
            first = Self.multiplyAdd(first, weights: weight, input: input[row])
            second = Self.multiplyAdd(second, weights: weight, input: one[row])
            third = Self.multiplyAdd(third, weights: weight, input: two[row])
            fourth = Self.multiplyAdd(fourth, weights: weight, input: three[row])
        }

        for lane in 0..<Vector.scalarCount {
            sums[lane] += first[lane]
            sums[outputStride + lane] += second[lane]
            sums[2 * outputStride + lane] += third[lane]
            if columns == 4 { sums[3 * outputStride + lane] += fourth[lane] }
        }
    }

    /// One column and a whole panel; even and odd rows apart, so that an addition need not wait for the one before.
    @inline(__always)
    private func addColumn(
        _ weights: UnsafePointer<Vector>,
        input: UnsafePointer<Float>,
        to sums: UnsafeMutablePointer<Float>
    ) {
        var (evenLow, evenHigh, oddLow, oddHigh) = (Vector(), Vector(), Vector(), Vector())
        for row in stride(from: 0, to: rows - 1, by: 2) {
            evenLow = Self.multiplyAdd(evenLow, weights: weights[2 * row], input: input[row])
            evenHigh = Self.multiplyAdd(evenHigh, weights: weights[2 * row + 1], input: input[row])
            oddLow = Self.multiplyAdd(oddLow, weights: weights[2 * row + 2], input: input[row + 1])
            oddHigh = Self.multiplyAdd(oddHigh, weights: weights[2 * row + 3], input: input[row + 1])
        }

        if rows % 2 == 1 {
            evenLow = Self.multiplyAdd(evenLow, weights: weights[2 * rows - 2], input: input[rows - 1])
            evenHigh = Self.multiplyAdd(evenHigh, weights: weights[2 * rows - 1], input: input[rows - 1])
        }

        for lane in 0..<Vector.scalarCount {
            sums[lane] += evenLow[lane] + oddLow[lane]
            sums[Vector.scalarCount + lane] += evenHigh[lane] + oddHigh[lane]
        }
    }

    @inline(__always)
    private static func multiplyAdd(_ sum: Vector, weights: Vector, input: Float) -> Vector {
        #if arch(arm64)
            sum.addingProduct(weights, input)
        #else
            // Fused, this would be a call for each lane: not every processor of the architecture has it.
            sum + weights * input
        #endif
    }
}
