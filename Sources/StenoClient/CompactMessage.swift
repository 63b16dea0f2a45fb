import FoundationEssentials

/// What the client sends, in the server's compact dialect.
enum CompactMessage {
    case language(String)
    case audio(ArraySlice<Int16>, sampleRate: Int)

    /// The message as JSON.
    var text: String {
        switch self {
        case .language(let language):
            #"{"type":"session.update","session":{"language":\#(quoted(language))}}"#
        case .audio(let samples, let rate):
            #"{"type":"input_audio_buffer.append","audio":"\#(Self.base64(samples))","sample_rate":\#(rate)}"#
        }
    }

    /// PCM16LE whatever the machine's own order is.
    private static func base64(_ samples: ArraySlice<Int16>) -> String {
        samples.map(\.littleEndian).withUnsafeBytes { Data($0).base64EncodedString() }
    }
}

/// A JSON string (RFC 8259 section 7).
func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += #"\""#
        case "\\": result += #"\\"#
        case "\n": result += #"\n"#
        case "\r": result += #"\r"#
        case "\t": result += #"\t"#
        case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}":
            let digits = String(scalar.value, radix: 16)
            result += #"\u"# + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }

    return result + "\""
}
