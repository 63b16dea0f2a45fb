import FoundationEssentials

/// Moonshine's tokenizer as sherpa-onnx reads it: a line of base64 and number for each piece.
///
/// In `tokenizer.bin` each piece is preceded by its length: one byte below 128, else that byte less 128 plus 128 times
/// the next. The one empty piece is written as a space, since sherpa-onnx takes no empty token.
enum MoonshineTokens {
    /// The content of `tokens.txt`, or `nil` where a length leads beyond the end.
    static func text(tokenizer table: [UInt8]) -> String? {
        var lines: [String] = []
        var rest = table[...]
        while let first = rest.popFirst() {
            var length = Int(first)
            if length >= 128 {
                guard let second = rest.popFirst() else { return nil }
                length += Int(second) * 128 - 128
            }
            guard length <= rest.count else { return nil }

            let piece = length == 0 ? [UInt8(ascii: " ")] : Array(rest.prefix(length))
            rest = rest.dropFirst(length)
            lines.append("\(Data(piece).base64EncodedString()) \(lines.count)\n")
        }

        return lines.joined()
    }
}
