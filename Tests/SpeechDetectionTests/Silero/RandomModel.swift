import Foundation
import TestSupport

@testable import SpeechDetection

/// A safetensors file of the network's shape with random weights, and its tensors one by one.
struct RandomModel {
    struct Tensor {
        var shape: [Int]
        var values: [Float]
        var type = "F32"
    }

    var tensors: [String: Tensor] = [:]

    init(seed: UInt64 = 1) {
        var random = SeededGenerator(seed: seed)
        let shapes = [
            "conv1.weight": [128, 129, 3], "conv2.weight": [64, 128, 3], "conv3.weight": [64, 64, 3],
            "conv4.weight": [128, 64, 3], "conv1.bias": [128], "conv2.bias": [64], "conv3.bias": [64],
            "conv4.bias": [128], "lstm_cell.weight_ih": [512, 128], "lstm_cell.weight_hh": [512, 128],
            "lstm_cell.bias_ih": [512], "lstm_cell.bias_hh": [512], "final_conv.weight": [1, 128, 1],
            "final_conv.bias": [1],
        ]
        for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
            // Large enough that a difference in the input comes through to the score.
            let size = (6 / Float(shape.dropFirst().reduce(1, *))).squareRoot()
            let values = (0..<shape.reduce(1, *)).map { _ in Float.random(in: -size...size, using: &random) }
            tensors[name] = Tensor(shape: shape, values: values)
        }
        let filters = (0..<258).flatMap { channel in
            (0..<256).map { SpectrumTransform.filter(channel: channel, sample: $0) }
        }
        tensors["stft_conv.weight"] = Tensor(shape: [258, 1, 256], values: filters)
    }

    /// The file, tensors in the order of their names.
    var bytes: [UInt8] {
        var header: [String: Any] = ["__metadata__": ["format": "pt"]]
        var data: [UInt8] = []
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let start = data.count
            for value in tensor.values { withUnsafeBytes(of: value.bitPattern.littleEndian) { data += $0 } }
            let entry: [String: Any] = [
                "dtype": tensor.type, "shape": tensor.shape, "data_offsets": [start, data.count],
            ]
            header[name] = entry
        }
        return Self.file(header: (try? JSONSerialization.data(withJSONObject: header)) ?? Data(), data: data)
    }

    static func file(header: some Collection<UInt8>, data: [UInt8]) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + data
    }
}

/// The network written down a second time: loops over double precision, the filters of the file, nothing left out.
struct PlainNetwork {
    let model: RandomModel
    var hidden = [Double](repeating: 0, count: 128)
    var cell = [Double](repeating: 0, count: 128)
    var context = [Double](repeating: 0, count: 64)

    init(_ model: RandomModel) { self.model = model }

    func values(_ name: String) -> [Double] { model.tensors[name]?.values.map { Double($0) } ?? [] }

    mutating func score(_ frame: [Int16]) -> Double {
        var samples = context + frame.map { Double($0) / 32_768 }
        context = Array(samples.suffix(64))
        samples += samples.dropLast().suffix(64).reversed()
        let filters = values("stft_conv.weight")
        var columns = (0..<4).map { column in
            let filtered = (0..<258).map { channel in
                (0..<256).reduce(0) { $0 + filters[channel * 256 + $1] * samples[128 * column + $1] }
            }
            return (0..<129).map {
                (filtered[$0] * filtered[$0] + filtered[$0 + 129] * filtered[$0 + 129]).squareRoot()
            }
        }
        for (name, stride) in [("conv1", 1), ("conv2", 2), ("conv3", 2), ("conv4", 1)] {
            columns = convolve(columns, name, stride)
        }
        return recur(columns[0])
    }

    private func convolve(_ input: [[Double]], _ name: String, _ step: Int) -> [[Double]] {
        let (weights, bias) = (values("\(name).weight"), values("\(name).bias"))
        let zeros = [Double](repeating: 0, count: input[0].count)
        let padded = [zeros] + input + [zeros]
        return stride(from: 0, to: padded.count - 2, by: step).map { start in
            bias.indices.map { output in
                var sum = bias[output]
                for tap in 0..<3 {
                    for channel in zeros.indices {
                        sum += weights[(output * zeros.count + channel) * 3 + tap] * padded[start + tap][channel]
                    }
                }
                return max(0, sum)
            }
        }
    }

    private mutating func recur(_ input: [Double]) -> Double {
        let (enter, keep) = (values("lstm_cell.weight_ih"), values("lstm_cell.weight_hh"))
        let (first, second) = (values("lstm_cell.bias_ih"), values("lstm_cell.bias_hh"))
        var gates = zip(first, second).map { $0 + $1 }
        for gate in gates.indices {
            for unit in 0..<128 {
                gates[gate] += enter[gate * 128 + unit] * input[unit]
                gates[gate] += keep[gate * 128 + unit] * hidden[unit]
            }
        }
        let final = values("final_conv.weight")
        var sum = values("final_conv.bias")[0]
        for unit in 0..<128 {
            cell[unit] = sigmoid(gates[128 + unit]) * cell[unit] + sigmoid(gates[unit]) * tanh(gates[256 + unit])
            hidden[unit] = sigmoid(gates[384 + unit]) * tanh(cell[unit])
            sum += final[unit] * max(0, hidden[unit])
        }
        return sigmoid(sum)
    }

    private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
}
