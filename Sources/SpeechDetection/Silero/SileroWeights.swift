import FoundationEssentials

/// The parameters of the network, packed for its forward pass.
///
/// Of the convolutions' three taps only those are kept that ever meet a column and not the padding.
struct SileroWeights: Sendable {
    /// A matrix and what is added to its product.
    struct Layer: Sendable {
        let matrix: PanelMatrix
        let bias: [Float]
    }

    /// 129 frequencies to 128 channels, taps 0, 1, 2.
    let first: Layer
    /// 128 to 64 channels, taps 0, 1, 2.
    let second: Layer
    /// 64 to 64 channels, taps 1, 2.
    let third: Layer
    /// 64 to 128 channels, tap 1.
    let fourth: Layer
    /// 128 inputs and 128 hidden values to four times 128 gates: input, forget, cell, output.
    let recurrent: Layer
    /// From 128 hidden values to the score.
    let final: [SIMD16<Float>]
    let finalBias: Float

    /// More than any file of the network has (1,239,748 bytes), so that a wrong path cannot fill the memory.
    static let maximumSize = 4 << 20

    init(path: String) throws(SileroModelError) {
        let attributes = try? FileManager.default.attributesOfItem(
            atPath: URL(filePath: path).resolvingSymlinksInPath().path
        )
        guard let attributes, attributes[.type] as? FileAttributeType == .typeRegular,
            let size = attributes[.size] as? Int
        else { throw .unreadable(path: path) }
        guard size <= Self.maximumSize else { throw .tooLarge(path: path, limit: Self.maximumSize) }

        // Foundation leaks its buffer for an empty file.
        guard size > 0 else { throw .malformed("it is empty") }
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { throw .unreadable(path: path) }
        try self.init(file: SafetensorsFile(parsing: [UInt8](data)))
    }

    init(file: SafetensorsFile) throws(SileroModelError) {
        try Self.checkTransform(file)
        first = try Self.convolution(file, name: "conv1", from: 129, to: 128, taps: 0..<3)
        second = try Self.convolution(file, name: "conv2", from: 128, to: 64, taps: 0..<3)
        third = try Self.convolution(file, name: "conv3", from: 64, to: 64, taps: 1..<3)
        fourth = try Self.convolution(file, name: "conv4", from: 64, to: 128, taps: 1..<2)
        recurrent = try Self.recurrent(file)
        final = Self.vectors(try file.tensor("final_conv.weight", shape: [1, 128, 1]))
        finalBias = try file.tensor("final_conv.bias", shape: [1])[0]
    }

    private static func checkTransform(_ file: SafetensorsFile) throws(SileroModelError) {
        let (channels, window) = (2 * SpectrumTransform.bins, SpectrumTransform.window)
        let filters = try file.tensor("stft_conv.weight", shape: [channels, 1, window])
        for channel in 0..<channels {
            for sample in 0..<window {
                let expected = SpectrumTransform.filter(channel: channel, sample: sample)
                guard abs(filters[channel * window + sample] - expected) < 1e-6 else { throw .otherTransform }
            }
        }
    }

    private static func convolution(
        _ file: SafetensorsFile,
        name: String,
        from inputs: Int,
        to outputs: Int,
        taps: Range<Int>
    ) throws(SileroModelError) -> Layer {
        let width = 3
        let weights = try file.tensor("\(name).weight", shape: [outputs, inputs, width])
        let matrix = PanelMatrix(rows: taps.count * inputs, outputs: outputs) { row, output in
            weights[(output * inputs + row % inputs) * width + taps.lowerBound + row / inputs]
        }
        return Layer(matrix: matrix, bias: try file.tensor("\(name).bias", shape: [outputs]))
    }

    private static func recurrent(_ file: SafetensorsFile) throws(SileroModelError) -> Layer {
        let (size, gates) = (128, 512)
        let input = try file.tensor("lstm_cell.weight_ih", shape: [gates, size])
        let hidden = try file.tensor("lstm_cell.weight_hh", shape: [gates, size])
        let biases = (
            try file.tensor("lstm_cell.bias_ih", shape: [gates]), try file.tensor("lstm_cell.bias_hh", shape: [gates])
        )
        let matrix = PanelMatrix(rows: 2 * size, outputs: gates) { row, output in
            row < size ? input[output * size + row] : hidden[output * size + row - size]
        }
        return Layer(matrix: matrix, bias: zip(biases.0, biases.1).map { $0 + $1 })
    }

    private static func vectors(_ floats: [Float]) -> [SIMD16<Float>] {
        stride(from: 0, to: floats.count, by: 16).map { SIMD16(floats[$0..<$0 + 16]) }
    }
}
