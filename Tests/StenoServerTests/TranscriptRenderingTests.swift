import Audio
import AudioFiles
import NIOCore
import Testing
import Transcription

@testable import StenoServer

@Suite("Transcript rendering")
struct TranscriptRenderingTests {
    /// Two utterances, and a silent one between them, in 75 seconds.
    static let transcript: FileTranscript = {
        var transcript = FileTranscript(length: 75 * 16_000)
        let words = [
            Transcript.Word(text: "one", range: 0..<8_000), Transcript.Word(text: "<two>", range: 8_000..<99_000),
        ]
        _ = transcript.append(Transcript(text: "one <two>", words: words), at: 4_808..<20_008)
        _ = transcript.append(Transcript(text: ""), at: 30_000..<40_000)
        _ = transcript.append(Transcript(text: "three &\nfour"), at: 976_000..<1_008_000)
        return transcript
    }()

    static func form(_ format: TranscriptionForm.Format, words: Bool = false) throws -> TranscriptionForm {
        var form = try TranscriptionForm(MultipartForm(file: SpooledFile([1])))
        form.format = format
        if words { form.granularities = [.word] }
        return form
    }

    @Test(
        "Writes each format",
        arguments: [
            (
                .json, "application/json",
                #"{"text":"one <two> three &\nfour","usage":{"seconds":75,"type":"duration"}}"#
            ),
            (.text, "text/plain", "one <two> three &\nfour\n"),
            (
                .srt, "application/x-subrip",
                "1\n00:00:00,301 --> 00:00:01,251\none <two>\n\n2\n00:01:01,000 --> 00:01:03,000\nthree & four\n\n"
            ),
            (
                .vtt, "text/vtt",
                "WEBVTT\n\n00:00:00.301 --> 00:00:01.251\none &lt;two&gt;\n\n"
                    + "00:01:01.000 --> 00:01:03.000\nthree &amp; four\n\n"
            ),
            (
                .verboseJSON, "application/json",
                #"{"duration":75,"language":"english","segments":["#
                    + #"{"avg_logprob":0,"compression_ratio":1,"end":1.251,"id":0,"no_speech_prob":0,"seek":30,"#
                    + #""start":0.301,"temperature":0,"text":" one <two>","tokens":[]},"#
                    + #"{"avg_logprob":0,"compression_ratio":1,"end":63,"id":1,"no_speech_prob":0,"seek":6100,"#
                    + #""start":61,"temperature":0,"text":" three &\nfour","tokens":[]}],"#
                    + #""task":"transcribe","text":"one <two> three &\nfour","usage":{"seconds":75,"type":"duration"}}"#
            ),
        ] as [(TranscriptionForm.Format, String, String)]
    )
    func formats(format: TranscriptionForm.Format, type: String, body: String) throws {
        let rendering = try TranscriptRendering(Self.transcript, as: Self.form(format), language: "english")
        #expect(rendering.contentType == type + "; charset=utf-8")
        #expect(rendering.body == body)
    }

    @Test("Tells what the engine says of its decoding, and leaves out words that have no times")
    func decoding() throws {
        var segment = Transcript.Segment(text: "eins", range: 0..<16_000)
        segment.averageLogProbability = -0.5
        segment.noSpeechProbability = 0.25
        segment.compressionRatio = 1.5
        segment.temperature = 0.5
        segment.tokens = [50_364, 7]
        var heard = Transcript(text: "eins")
        heard.segments = [segment]
        heard.language = "de"
        var transcript = FileTranscript(length: 16_000)
        _ = transcript.append(heard, at: 0..<16_000)
        #expect(transcript.language == "de")
        var form = try Self.form(.verboseJSON)
        form.granularities = [.word, .segment]
        #expect(
            try TranscriptRendering(transcript, as: form, language: "german").body
                == #"{"duration":1,"language":"german","segments":["#
                + #"{"avg_logprob":-0.5,"compression_ratio":1.5,"end":1,"id":0,"no_speech_prob":0.25,"seek":0,"#
                + #""start":0,"temperature":0.5,"text":" eins","tokens":[50364,7]}],"task":"transcribe","#
                + #""text":"eins","usage":{"seconds":1,"type":"duration"}}"#
        )
    }

    @Test("Lists words where they lie in the file, and within their utterance")
    func words() throws {
        let form = try Self.form(.verboseJSON, words: true)
        let rendering = try TranscriptRendering(Self.transcript, as: form, language: "unknown")
        #expect(
            rendering.body == #"{"duration":75,"language":"unknown","task":"transcribe","#
                + #""text":"one <two> three &\nfour","usage":{"seconds":75,"type":"duration"},"#
                + #""words":[{"end":0.801,"start":0.301,"word":"one"},{"end":1.251,"start":0.801,"word":"<two>"}]}"#
        )
    }

    @Test("Writes a file without speech in each format", arguments: TranscriptionForm.Format.allCases)
    func nothing(format: TranscriptionForm.Format) throws {
        let rendering = try TranscriptRendering(
            FileTranscript(length: 16_000),
            as: Self.form(format),
            language: "english"
        )
        switch format {
        case .json: #expect(rendering.body == #"{"text":"","usage":{"seconds":1,"type":"duration"}}"#)
        case .text: #expect(rendering.body == "\n")
        case .srt: #expect(rendering.body.isEmpty)
        case .vtt: #expect(rendering.body == "WEBVTT\n\n")
        case .verboseJSON: #expect(rendering.body.contains(#""segments":[],"#))
        }
    }

    @Test("Streams deltas that are the whole text when joined")
    func stream() throws {
        let events = try Self.transcript.segments.map { try String(buffer: TranscriptStream.delta($0)) }
        #expect(
            events == [
                "data: {\"delta\":\"one <two>\",\"type\":\"transcript.text.delta\"}\n\n",
                "data: {\"delta\":\" three &\\nfour\",\"type\":\"transcript.text.delta\"}\n\n",
            ]
        )
        #expect(
            try String(buffer: TranscriptStream.done(Self.transcript))
                == "data: {\"text\":\"one <two> three &\\nfour\",\"type\":\"transcript.text.done\","
                + "\"usage\":{\"seconds\":75,\"type\":\"duration\"}}\n\ndata: [DONE]\n\n"
        )
        #expect(
            String(
                buffer: TranscriptStream.failure(APIError(transcribing: TranscriptionError.unreachable) ?? .unforeseen)
            )
                == "data: {\"error\":{\"code\":\"backend_unreachable\","
                + "\"message\":\"The transcription backend cannot be reached.\",\"param\":null,"
                + "\"type\":\"server_error\"}}\n\n"
        )
    }

    @Test(
        "Puts a space between utterances, except in scripts without",
        arguments: [
            ("one", "two", "one two"), ("水。", "火", "水。火"), ("水", "two", "水 two"), ("ความ", "รัก", "ความรัก"),
            ("два", "три", "два три"), ("사랑", "해", "사랑 해"),
        ]
    )
    func separators(first: String, second: String, joined: String) {
        var transcript = FileTranscript(length: 2)
        _ = transcript.append(Transcript(text: first), at: 0..<1)
        _ = transcript.append(Transcript(text: second), at: 1..<2)
        #expect(transcript.text == joined)
    }

    @Test("Counts beyond a hundred hours")
    func hours() {
        #expect(TranscriptRendering.timestamp(16_000 * 3_600 * 100 + 8, ".") == "100:00:00.001")
    }
}
