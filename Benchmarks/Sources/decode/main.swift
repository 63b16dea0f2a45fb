// What one append costs: Steno's own reading against Foundation's, in the same run. Then how fast JSON is read whose only
// purpose is to cost time.
//
//     swift run -c release --package-path Benchmarks decode

import Audio
import Dialects
import Foundation
import JSON
import Sessions

struct Append: Decodable {
    var type: String
    var audio: String
    var sample_rate: Int?
}

/// The median time of one call in nanoseconds, over rounds of a thousand.
func median(_ body: () -> Int) -> Double {
    var times: [Double] = []
    for _ in 0..<101 {
        let start = ContinuousClock.now
        var sum = 0
        for _ in 0..<1_000 { sum &+= body() }
        precondition(sum > 0, "The work must not be optimised away")
        times.append((ContinuousClock.now - start) / .nanoseconds(1_000))
    }
    return times.sorted()[times.count / 2]
}

func compare(_ name: String, ours: () -> Int, theirs: () -> Int) {
    let (ours, theirs) = (median(ours), median(theirs))
    print(name, "Steno \(Int(ours)) ns, Foundation \(Int(theirs)) ns, ratio \((100 * ours / theirs).rounded() / 100)")
}

/// A dialect with the memory that an endpoint gives it again and again.
struct Decoder {
    private var dialect = CompactDialect()
    private var commands: [ClientCommand] = []

    mutating func command(_ message: [UInt8]) -> ClientCommand? {
        commands.removeAll(keepingCapacity: true)
        dialect.decode(text: message.span, into: &commands)
        return commands.first
    }
}

var dialect = Decoder()

for milliseconds in [20, 100] {
    let bytes = (0..<32 * milliseconds).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ $0 >> 3) }
    let base64 = Data(bytes).base64EncodedString()
    let letters = Array(base64.utf8)
    let message = Array(#"{"type":"input_audio_buffer.append","audio":"\#(base64)","sample_rate":16000}"#.utf8)
    let decoder = JSONDecoder()
    compare("base64 of \(milliseconds) ms:") {
        Base64.decode(letters.span)?.count ?? 0
    } theirs: {
        Data(base64Encoded: Data(letters))?.count ?? 0
    }
    compare("append of \(milliseconds) ms:") {
        if case .append(let audio, _) = dialect.command(message) { audio.count } else { 0 }
    } theirs: {
        let append = try? decoder.decode(Append.self, from: Data(message))
        return append.flatMap { Data(base64Encoded: $0.audio) }?.count ?? 0
    }
}

/// The median speed of reading `text`, in bytes per microsecond, which are MB per second.
func speed(of text: [UInt8], _ read: ([UInt8]) -> Void) -> Int {
    let times = (0..<5).map { _ in
        let start = ContinuousClock.now
        read(text)
        return (ContinuousClock.now - start) / .microseconds(1)
    }
    return Int(Double(text.count) / times.sorted()[2])
}

func document(of piece: String) -> [UInt8] {
    let pieces = [String](repeating: piece, count: (1 << 22) / piece.utf8.count)
    return Array((#"{"type":"x","a":["# + pieces.joined(separator: ",") + "]}").utf8)
}

let deep = Array(repeatElement(UInt8(ascii: "["), count: 1 << 22))
print("4 MB of nesting: refused after", speed(of: deep) { _ = try? JSONValue(parsing: $0.span) }, "MB/s")
for piece in [
    "[]", "{}", "0", "-12.5e3", "null", #""a""#, #""\n\u00e9\/""#, #"{"a":1}"#,
    "\"" + String(repeating: "a", count: 4_000) + "\"",
] {
    let text = document(of: piece)
    let message = speed(of: text) { _ = dialect.command($0) }
    let value = speed(of: text) { _ = try? JSONValue(parsing: $0.span) }
    print("4 MB of \(piece.prefix(20)): as a message \(message) MB/s, as a value \(value) MB/s")
}
