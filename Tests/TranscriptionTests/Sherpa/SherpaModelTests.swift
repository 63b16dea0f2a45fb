import Testing

@testable import Transcription

@Suite("Sherpa model")
struct SherpaModelTests {
    static let folders: [(SherpaModel.Kind, [String], String?)] = [
        (.moonshineMerged, ["encoder_model.ort", "decoder_model_merged.ort", "tokens.txt", "LICENSE"], nil),
        (
            .moonshine,
            [
                "preprocess.onnx", "encode.int8.onnx", "uncached_decode.int8.onnx", "cached_decode.int8.onnx",
                "tokens.txt",
            ],
            nil
        ),
        (
            .whisper,
            [
                "tiny.en-encoder.onnx", "tiny.en-encoder.int8.onnx", "tiny.en-decoder.onnx",
                "tiny.en-decoder.int8.onnx", "tiny.en-tokens.txt", "test_wavs",
            ], nil
        ),
        (.transducer, ["encoder.int8.onnx", "decoder.int8.onnx", "joiner.int8.onnx", "tokens.txt"], nil),
        (
            .transducer,
            [
                "encoder-epoch-99-avg-1.onnx", "decoder-epoch-99-avg-1.onnx", "joiner-epoch-99-avg-1.onnx",
                "tokens.txt",
            ], nil
        ),
        (.nemoCTC, ["model.int8.onnx", "tokens.txt"], "EncDecCTCModelBPE"),
        (.zipformerCTC, ["model.int8.onnx", "tokens.txt"], "zipformer2_ctc"),
        (.senseVoice, ["model.int8.onnx", "model.onnx", "tokens.txt"], "sense_voice_ctc"),
    ]

    @Test("Is known by the files of its folder", arguments: folders)
    func kinds(kind: SherpaModel.Kind, names: [String], type: String?) throws {
        let model = try SherpaModel(folder: "/models/some", names: names) { _ in type }
        #expect(model.kind == kind)
        #expect(names.contains(try #require(model.path(.tokens)).replacing("/models/some/", with: "")))
        // The smaller of two files with the same part.
        for file in model.files.values where file.hasSuffix(".onnx") && !file.contains(".int8.") {
            #expect(!names.contains(file.replacing(".onnx", with: ".int8.onnx")))
        }
    }

    @Test(
        "Says what is missing",
        arguments: [
            ([], "no file with tokens, such as tokens.txt"),
            (["tokens.txt"], "its files are those of no model that is known"),
            (["model.onnx", "tokens.txt"], "its files are those of no model that is known"),
            (["encoder_model.ort", "tokens.txt"], "its files are those of no model that is known"),
        ]
    )
    func missing(names: [String], reason: String) {
        #expect(throws: SherpaError.noModel(folder: "/models/some", reason: reason)) {
            try SherpaModel(folder: "/models/some", names: names) { _ in nil }
        }
    }

    @Test("Says that a folder is not there")
    func nowhere() {
        #expect(throws: SherpaError.noModel(folder: "/proc/nowhere", reason: "the folder cannot be read")) {
            try SherpaModel(folder: "/proc/nowhere")
        }
    }

    @Test(
        "Knows by its name whether it is English only",
        arguments: [
            ("moonshine-tiny-en", "en"), ("whisper-tiny.en", "en"), ("zipformer-en-2023-06-26", "en"),
            ("whisper-tiny", nil),
            ("sense-voice-zh-en-ja-ko-yue", nil), ("parakeet-tdt-0.6b-v3", nil),
        ]
    )
    func language(name: String, expected: String?) throws {
        let model = try SherpaModel(
            folder: "/models/" + name,
            names: ["encoder_model.ort", "decoder_model_merged.ort", "tokens.txt"]
        ) { _ in nil }
        #expect(model.onlyLanguage == expected)
        #expect(model.name == name)
    }

    @Test("Reads the type that an ONNX file declares at its end")
    func declaredType() {
        func pair(_ key: String, _ value: String) -> [UInt8] {
            let entry = [0x0A, UInt8(key.utf8.count)] + key.utf8 + [0x12, UInt8(value.utf8.count)] + value.utf8
            return [0x72, UInt8(entry.count)] + entry
        }
        let tail =
            [0xFF, 0x0A, 0x00] + pair("comment", "model_type") + pair("model_type", "sense_voice_ctc") + pair("a", "b")
        #expect(ModelListing.declaredType(tail: tail) == "sense_voice_ctc")
        #expect(ModelListing.declaredType(tail: pair("comment", "none")) == nil)
        #expect(ModelListing.declaredType(tail: []) == nil)
        // Cut off in the middle of the value.
        #expect(ModelListing.declaredType(tail: pair("model_type", "zipformer2_ctc").dropLast(3)) == nil)
    }
}

@Suite("Words from tokens")
struct TimedTokenTests {
    private func token(_ text: String, _ start: Float) -> TimedToken { TimedToken(text: text, start: start) }

    @Test("Join pieces, end where the next begins, and lie within the utterance")
    func words() {
        let tokens = [token(" He", 0.5), token("llo", 0.6), token("▁world", 1), token(".", 1.2), token(" ", 1.3)]
        let words = Transcript.Word.words(tokens, offset: -3_200, end: 48_000)
        #expect(words.map(\.text) == ["Hello", "world."])
        #expect(words.map(\.range) == [4_800..<12_800, 12_800..<32_000])
        #expect(Transcript.Word.words(tokens, offset: -3_200, end: 14_000).last?.range == 12_800..<14_000)
        #expect(Transcript.Word.words([], offset: 0, end: 100).isEmpty)
    }
}

@Suite("Audio in pieces")
struct AudioPiecesTests {
    @Test(
        "Follow each other, are the whole, and are no longer than they may be",
        arguments: [0, 1, 9_999, 10_000, 10_001, 75_000]
    )
    func cover(count: Int) {
        let samples = (0..<count).map { Int16(truncatingIfNeeded: $0 &* 7_919) }
        let ranges = AudioPieces.ranges(of: samples, longest: 10_000)
        #expect(ranges.first?.lowerBound == 0)
        #expect(ranges.last?.upperBound == count)
        #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(ranges.allSatisfy { $0.count <= 10_000 && ($0.count >= 5_000 || $0.upperBound == count) })
    }

    @Test("Part in the quietest moment", arguments: [52_000, 60_000, 70_000, 78_000])
    func quietest(pause: Int) {
        var samples = [Int16](repeating: 1_000, count: 100_000)
        for index in pause - 1_600..<pause + 1_600 { samples[index] = 10 }
        let ranges = AudioPieces.ranges(of: samples, longest: 80_000)
        #expect(ranges.count == 2)
        #expect(abs(ranges[0].upperBound - pause) <= 1_600)
    }
}

@Suite("Model probe")
struct ModelProbeTests {
    @Test("Is a second of speech")
    func samples() {
        #expect((8_000..<32_000).contains(ModelProbe().samples.count))
        #expect(ModelProbe().samples.contains { abs($0) > 8_000 })
    }

    @Test(
        "Tells words from nonsense",
        arguments: [
            ("This is a test.", true), ("this is a best", true), ("THIS IS", true), ("", false), ("You", false),
            ("artist", false), ("the first is the first is", false),
        ]
    )
    func heard(text: String, isHeard: Bool) { #expect(ModelProbe.isHeard(in: text) == isHeard) }
}
