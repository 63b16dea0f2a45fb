import InMemoryLogging
import Logging
import TestSupport
import Testing
import Transcription

@Suite("Guarded transcriber")
struct GuardedTranscriberTests {
    private struct Inventor: Transcriber {
        func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript {
            Transcript(text: "♪♪♪", words: [.init(text: "♪♪♪", range: 0..<10)])
        }
    }

    private static func transcript(_ mode: GuardMode) async throws -> Transcript {
        try await GuardedTranscriber(Inventor(), mode: mode).transcribe(TranscriptionRequest(samples: [0]))
    }

    @Test("Drops, marks or lets be", arguments: GuardMode.allCases)
    func modes(mode: GuardMode) async throws {
        let transcript = try await Self.transcript(mode)
        #expect(transcript.text == (mode == .drop ? "" : "♪♪♪"))
        #expect(transcript.words.isEmpty == (mode == .drop))
        #expect(transcript.rejection == (mode == .off ? nil : .symbolsOnly))
    }

    @Test("Logs the reason and never the text")
    func log() async throws {
        let handler = InMemoryLogHandler()
        var logger = Logger(label: "test") { _ in handler }
        logger.logLevel = .debug
        _ = try await withLogger(logger) { _ in try await Self.transcript(.drop) }
        #expect(handler.entries.count == 1)
        #expect(handler.entries.first?.metadata["steno.rejection"] == "symbols_only")
        #expect(!"\(handler.entries)".contains("♪"))
    }
}
