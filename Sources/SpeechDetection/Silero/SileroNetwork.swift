/// The Silero network for voice activity, version 6 at 16 kHz: weights and the forward pass.
///
/// Immutable: one network serves every stream, from any number of threads. What it is made of, and where its weights come
/// from, is in `docs/segmentation.md`.
public final class SileroNetwork: Sendable {
    /// What the network remembers of one stream.
    struct State {
        fileprivate(set) var hidden = [SIMD16<Float>](repeating: .zero, count: SileroNetwork.vectors)
        fileprivate(set) var cells = [SIMD16<Float>](repeating: .zero, count: SileroNetwork.vectors)
    }

    /// Vectors that hold the 128 hidden values.
    private static let vectors = 8

    private let weights: SileroWeights
    private let kernel: PanelKernel
    private let spectrum = SpectrumTransform()

    /// Reads the weights from `silero_vad_16k.safetensors`, as in the Python package silero-vad 6.2.
    public convenience init(path: String) throws(SileroModelError) {
        self.init(weights: try SileroWeights(path: path))
    }

    init(weights: SileroWeights, kernel: PanelKernel = .best) {
        precondition(kernel.isAvailable, "This processor has no \(kernel)")
        self.weights = weights
        self.kernel = kernel
    }

    /// How much the next 640 samples (-1 to 1) of a stream sound like speech, 0 to 1: 64 that came before, 512 new ones,
    /// and 64 that mirror the end.
    func score(_ samples: UnsafePointer<Float>, _ state: inout State) -> Float {
        SileroScratch.with { scratch in
            spectrum.magnitudes(samples, into: scratch.spectra)
            convolve(scratch)
            state.hidden.withUnsafeBytes { hidden in
                UnsafeMutableRawBufferPointer(start: scratch.recurrent + 128, count: hidden.count).copyMemory(
                    from: hidden
                )
            }
            apply(weights.recurrent, rows: 0..<256, from: scratch.recurrent, to: scratch.gates)
            let gates = 4 * Self.vectors
            return scratch.gates.withMemoryRebound(to: SIMD16<Float>.self, capacity: gates) {
                remember($0, state: &state)
            }
        }
    }

    /// The four convolutions: 4 columns of spectrum to 4, 2, 1 and 1 columns of channels.
    ///
    /// Each pads its input with a column of zeros at both ends, so the outer taps of some columns meet nothing.
    private func convolve(_ scratch: SileroScratch) {
        let (spectra, first, second, third) = (scratch.spectra, scratch.first, scratch.second, scratch.third)
        start(weights.first, output: first, columns: 4)
        add(weights.first, rows: 0..<129, from: spectra, by: 129, to: first + 128, columns: 3)
        add(weights.first, rows: 129..<258, from: spectra, by: 129, to: first, columns: 4)
        add(weights.first, rows: 258..<387, from: spectra + 129, by: 129, to: first, columns: 3)
        rectify(first, count: 4 * 128)
        start(weights.second, output: second, columns: 2)
        add(weights.second, rows: 0..<128, from: first + 128, by: 256, to: second + 64, columns: 1)
        add(weights.second, rows: 128..<384, from: first, by: 256, to: second, columns: 2)
        rectify(second, count: 2 * 64)
        apply(weights.third, rows: 0..<128, from: second, to: third)
        rectify(third, count: 64)
        apply(weights.fourth, rows: 0..<64, from: third, to: scratch.recurrent)
        rectify(scratch.recurrent, count: 128)
    }

    /// A layer that has one column.
    private func apply(
        _ layer: SileroWeights.Layer,
        rows: Range<Int>,
        from input: UnsafePointer<Float>,
        to output: UnsafeMutablePointer<Float>
    ) {
        start(layer, output: output, columns: 1)
        add(layer, rows: rows, from: input, by: rows.count, to: output, columns: 1)
    }

    private func start(_ layer: SileroWeights.Layer, output: UnsafeMutablePointer<Float>, columns: Int) {
        for column in 0..<columns {
            (output + column * layer.bias.count).update(from: layer.bias, count: layer.bias.count)
        }
    }

    private func add(
        _ layer: SileroWeights.Layer,
        rows: Range<Int>,
        from input: UnsafePointer<Float>,
        by inputStride: Int,
        to output: UnsafeMutablePointer<Float>,
        columns: Int
    ) {
        layer.matrix.panels.withUnsafeBufferPointer { panels in
            guard let base = panels.baseAddress else { return }
            kernel.add(
                PanelProduct(
                    panels: base + rows.lowerBound,
                    panelRows: layer.matrix.rows,
                    panelCount: layer.matrix.outputs / PanelMatrix.width,
                    rows: rows.count,
                    input: input,
                    inputStride: inputStride,
                    output: output,
                    outputStride: layer.matrix.outputs,
                    columns: columns
                )
            )
        }
    }

    private func rectify(_ values: UnsafeMutablePointer<Float>, count: Int) {
        values.withMemoryRebound(to: SIMD16<Float>.self, capacity: count / 16) { vectors in
            for index in 0..<count / 16 { vectors[index] = Activation.rectified(vectors[index]) }
        }
    }

    /// The recurrent cell and the score.
    private func remember(_ gates: UnsafePointer<SIMD16<Float>>, state: inout State) -> Float {
        var sums = SIMD16<Float>.zero
        for index in 0..<Self.vectors {
            let input = Activation.sigmoid(gates[index])
            let forget = Activation.sigmoid(gates[Self.vectors + index])
            let candidate = Activation.tanh(gates[2 * Self.vectors + index])
            let output = Activation.sigmoid(gates[3 * Self.vectors + index])
            let cell = forget * state.cells[index] + input * candidate
            let hidden = output * Activation.tanh(cell)
            state.hidden[index] = hidden
            state.cells[index] = cell
            sums += Activation.rectified(hidden) * weights.final[index]
        }

        return Activation.sigmoid(SIMD16(repeating: sums.sum() + weights.finalBias))[0]
    }
}
