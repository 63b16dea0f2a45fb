import Foundation
import TestSupport
import Testing

@testable import SpeechDetection

@Suite("Arithmetic of the Silero network")
struct SileroArithmeticTests {
    @Test(
        "Multiplies as plain loops do, and touches nothing else",
        arguments: PanelKernel.allCases.filter(\.isAvailable),
        [1, 2, 3, 7, 64, 129]
    )
    func products(kernel: PanelKernel, rows: Int) {
        var random = SeededGenerator(seed: UInt64(rows))
        let (skipped, outputs, inputStride, outputStride) = (2, 64, rows + 3, 70)
        let weights = (0..<(rows + skipped) * outputs).map { _ in Float.random(in: -1...1, using: &random) }
        let matrix = PanelMatrix(rows: rows + skipped, outputs: outputs) { weights[$1 * (rows + skipped) + $0] }
        let input = (0..<4 * inputStride).map { _ in Float.random(in: -1...1, using: &random) }
        let start = (0..<4 * outputStride).map { _ in Float.random(in: -1...1, using: &random) }
        for columns in 1...4 {
            var output = start
            Self.withProduct(matrix, skipped, input, &output) { product in
                var product = product
                (product.rows, product.columns) = (rows, columns)
                (product.inputStride, product.outputStride) = (inputStride, outputStride)
                kernel.add(product)
            }
            for index in output.indices {
                let (column, place) = index.quotientAndRemainder(dividingBy: outputStride)
                var expected = Double(start[index])
                if column < columns, place < outputs {
                    for row in 0..<rows {
                        let weight = weights[place * (rows + skipped) + skipped + row]
                        expected += Double(weight * input[column * inputStride + row])
                    }
                }
                #expect(abs(Double(output[index]) - expected) < 1e-5)
            }
        }
    }

    private static func withProduct(
        _ matrix: PanelMatrix,
        _ skipped: Int,
        _ input: [Float],
        _ output: inout [Float],
        _ body: (PanelProduct) -> Void
    ) {
        matrix.panels.withUnsafeBufferPointer { panels in
            input.withUnsafeBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    guard let panels = panels.baseAddress, let input = input.baseAddress,
                        let output = output.baseAddress
                    else { return }
                    body(
                        PanelProduct(
                            panels: panels + skipped,
                            panelRows: matrix.rows,
                            panelCount: matrix.outputs / PanelMatrix.width,
                            rows: 0,
                            input: input,
                            inputStride: 0,
                            output: output,
                            outputStride: 0,
                            columns: 0
                        )
                    )
                }
            }
        }
    }

    @Test("Transforms as 258 filters do")
    func spectrum() {
        var random = SeededGenerator(seed: 5)
        let samples = (0..<SpectrumTransform.samples).map { _ in Float.random(in: -1...1, using: &random) }
        var spectra = [Float](repeating: .nan, count: 4 * SpectrumTransform.bins)
        SpectrumTransform().magnitudes(samples, into: &spectra)
        for column in 0..<4 {
            for bin in 0..<SpectrumTransform.bins {
                func filtered(_ channel: Int) -> Double {
                    (0..<256).reduce(0) { sum, sample in
                        let filter = SpectrumTransform.filter(channel: channel, sample: sample)
                        return sum + Double(filter * samples[128 * column + sample])
                    }
                }
                let (real, imaginary) = (filtered(bin), filtered(bin + SpectrumTransform.bins))
                let expected = (real * real + imaginary * imaginary).squareRoot()
                #expect(abs(Double(spectra[column * SpectrumTransform.bins + bin]) - expected) < 2e-5)
            }
        }
    }

    @Test("Follows the exponential function and its kin closely, out to where they are flat")
    func activations() {
        for step in -12_000...12_000 {
            let x = Float(step) / 100
            let vector = SIMD16<Float>(repeating: x)
            #expect(abs(Double(Activation.sigmoid(vector)[7]) - 1 / (1 + exp(-Double(x)))) < 2e-7)
            #expect(abs(Double(Activation.tanh(vector)[0]) - tanh(Double(x))) < 3e-7)
            #expect(Activation.rectified(vector)[15] == max(0, x))
            if abs(x) < 32 { #expect(abs(Double(Activation.exponential(vector)[3]) / exp(Double(x)) - 1) < 3e-7) }
        }
    }
}
