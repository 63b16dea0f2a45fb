import Audio
import Glibc
import Sessions

/// Reads the one message that comes up to fifty times a second, without building a tree of values.
///
/// It takes the flat form in which every client sends an append. Whatever it does not take (other fields, escapes,
/// anything wrong) goes the long way, which also finds the words for mistakes. Measured in `docs/performance.md`.
struct AppendScanner {
    private let text: UnsafeRawBufferPointer
    private var index = 0

    private var isAppend = false
    private var audio: Range<Int>?
    private var rate: Int?

    /// The command, or `nil` when `text` has to be read the long way.
    static func scan(_ text: Span<UInt8>) -> ClientCommand? {
        let found = text.withUnsafeBytes { bytes -> (audio: Range<Int>, rate: Int?)? in
            var scanner = AppendScanner(text: bytes)
            guard scanner.scanObject(), scanner.isAppend, let audio = scanner.audio else { return nil }
            return (audio, scanner.rate)
        }
        guard let found, found.rate.map(AudioIntake.rates.contains) ?? true else { return nil }
        let base64 = text.extracting(found.audio)
        guard let audio = Base64.decode(base64), audio.count == cleanLength(base64) else { return nil }
        return .append(audio: audio, rate: found.rate)
    }

    private init(text: UnsafeRawBufferPointer) { self.text = text }

    /// The bytes that base64 without white space stands for.
    private static func cleanLength(_ base64: Span<UInt8>) -> Int {
        var letters = base64.count
        while letters > 0, base64[letters - 1] == UInt8(ascii: "=") { letters -= 1 }
        return letters * 3 / 4
    }

    private mutating func scanObject() -> Bool {
        guard take("{") else { return false }
        repeat {
            guard let name = takeString(), take(":"), takeValue(of: name) else { return false }
        } while take(",")
        guard take("}") else { return false }
        skipSpace()
        return index == text.count
    }

    private mutating func takeValue(of name: Range<Int>) -> Bool {
        if equals(name, "type") {
            guard !isAppend, let type = takeString() else { return false }
            isAppend = equals(type, "input_audio_buffer.append")
            return isAppend
        }
        if equals(name, "audio") {
            guard audio == nil else { return false }
            audio = takeString()
            return audio != nil
        }
        if equals(name, "event_id") {
            guard let id = takeString() else { return false }
            return id.isEmpty || text[id.upperBound - 1] != UInt8(ascii: "\\")
        }
        guard equals(name, "sample_rate"), rate == nil else { return false }
        rate = takeInteger()
        return rate != nil
    }

    /// A string without its quotes; one with an escape ends in the wrong place, which the caller's next step refuses.
    private mutating func takeString() -> Range<Int>? {
        guard take("\""), let start = text.baseAddress?.advanced(by: index) else { return nil }
        guard let quote = memchr(start, Int32(UInt8(ascii: "\"")), text.count - index) else { return nil }
        let first = index
        index += start.distance(to: quote)
        defer { index += 1 }
        return first..<index
    }

    /// A whole number of up to six digits.
    private mutating func takeInteger() -> Int? {
        skipSpace()
        let first = index
        var value = 0
        while index < text.count, index < first + 6, case let digit = text[index] &- UInt8(ascii: "0"), digit < 10 {
            value = 10 * value + Int(digit)
            index += 1
        }
        return index > first && text[first] != UInt8(ascii: "0") ? value : nil
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard index < text.count, text[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): index += 1
            default: return
            }
        }
    }

    private func equals(_ range: Range<Int>, _ string: StaticString) -> Bool {
        guard range.count == string.utf8CodeUnitCount, let start = text.baseAddress else { return false }
        return memcmp(start.advanced(by: range.lowerBound), string.utf8Start, range.count) == 0
    }
}
