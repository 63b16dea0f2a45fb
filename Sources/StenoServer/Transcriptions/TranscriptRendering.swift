import Audio
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// A file's transcript in the form a client asked for.
struct TranscriptRendering: Equatable {
    var contentType: String
    var body: String

    /// - Parameter language: The language's English name, for `verbose_json`.
    init(_ transcript: FileTranscript, as form: TranscriptionForm, language: String) throws {
        switch form.format {
        case .json: self.init(json: try Self.encode(Plain(transcript)))
        case .verboseJSON: self.init(json: try Self.encode(VerboseTranscript(transcript, form, language: language)))
        case .text: self.init(contentType: "text/plain; charset=utf-8", body: transcript.text + "\n")
        case .srt: self.init(contentType: "application/x-subrip; charset=utf-8", body: Self.srt(transcript))
        case .vtt: self.init(contentType: "text/vtt; charset=utf-8", body: Self.vtt(transcript))
        }
    }

    private init(contentType: String, body: String) {
        self.contentType = contentType
        self.body = body
    }

    private init(json: String) {
        self.init(contentType: "application/json; charset=utf-8", body: json)
    }

    var response: Response { StatusRoutes.text(body, type: contentType) }

    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// SubRip: numbered from 1, with a comma before the milliseconds.
    private static func srt(_ transcript: FileTranscript) -> String {
        shown(transcript).enumerated().map { index, cue in
            "\(index + 1)\n\(times(cue.range, separator: ","))\n\(CueLines(cue.text).text)\n\n"
        }.joined()
    }

    /// WebVTT (W3C), in which `&`, `<` and `>` are markup.
    private static func vtt(_ transcript: FileTranscript) -> String {
        "WEBVTT\n\n"
            + shown(transcript).map { cue in
                let text = CueLines(cue.text).text.escaping(String.markupEscape)
                return "\(times(cue.range, separator: "."))\n\(text)\n\n"
            }.joined()
    }

    private static func shown(_ transcript: FileTranscript) -> [Cue] {
        CueTiming.shown(transcript.cues, length: transcript.length)
    }

    private static func times(_ range: Range<SamplePosition>, separator: String) -> String {
        "\(timestamp(range.lowerBound, separator)) --> \(timestamp(range.upperBound, separator))"
    }

    /// `hh:mm:ss` and milliseconds; hours take more digits when they need them.
    static func timestamp(_ position: SamplePosition, _ separator: String) -> String {
        func padded(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let (seconds, rest) = SampleClock.milliseconds(at: position).quotientAndRemainder(dividingBy: 1_000)
        let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        return clock + separator + padded(rest, 3)
    }

    private struct Plain: Encodable {
        var text: String
        var usage: DurationUsage

        init(_ transcript: FileTranscript) {
            text = transcript.text
            usage = DurationUsage(seconds: transcript.duration)
        }
    }
}

/// What a transcription is counted by.
struct DurationUsage: Encodable {
    let type = "duration"
    var seconds: Double

    enum CodingKeys: String, CodingKey {
        case type, seconds
    }
}
