import Foundation
import Testing

@testable import SpeechSynthesis

@Suite("Files of neural voices")
struct NeuralVoiceModelTests {
    /// A folder of files, removed with this.
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appending(path: "steno-voice-\(UUID())").path

        init(_ files: [String: [UInt8]]) throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            for (name, content) in files { try Data(content).write(to: URL(filePath: path + "/" + name)) }
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    /// An ONNX file whose graph is nothing but zeros.
    private static func onnx(_ metadata: [String: String], graph: Int = 300) -> [UInt8] {
        let entries = metadata.sorted { $0.key < $1.key }.flatMap { key, value in
            field(14, field(1, Array(key.utf8)) + field(2, Array(value.utf8)))
        }
        return [0x08, 0x08] + field(7, [UInt8](repeating: 0, count: graph)) + entries
    }

    private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        let length = content.count
        return [number << 3 | 2, UInt8(length & 0x7F | 0x80), UInt8(length >> 7)] + content
    }

    private static let tokens = Array("_ 0\n^ 1\n$ 2\na 3\n  4\n".utf8)
    private static let piper = [
        "sample_rate": "22050", "n_speakers": "1", "language": "de", "comment": "piper", "voice": "de",
        "has_espeak": "1",
    ]
    private static let kokoro = [
        "model_type": "kokoro", "sample_rate": "24000", "n_speakers": "2", "has_espeak": "1", "style_dim": "3,1,2",
        "speaker_names": "af_Bella,bm_george",
    ]

    private static func voice(_ files: [String: [UInt8]]) throws -> NeuralVoiceModel {
        let folder = try Folder(files)
        return try withExtendedLifetime(folder) { try NeuralVoiceModel(folder: folder.path) }
    }

    @Test("Knows Piper's voices, and reads the names of their speakers")
    func vits() throws {
        let one = try Self.voice(["de.onnx": Self.onnx(Self.piper), "tokens.txt": Self.tokens])
        #expect(one.kind == .vits)
        #expect(one.phonemeLanguage == "de")
        #expect(one.speakers == [one.name.lowercased()])
        #expect(one.tokens.scalars == ["_", "^", "$", "a", " "])

        let several = Self.piper.merging(["n_speakers": "3"]) { $1 }
        let config = Array(#"{"speaker_id_map": {"Anna": 2, "bert": 0, "carl": 1}}"#.utf8)
        let named = ["de.onnx": Self.onnx(several), "tokens.txt": Self.tokens, "de.onnx.json": config]
        #expect(try Self.voice(named).speakers == ["bert", "carl", "anna"])
        let unnamed = ["de.onnx": Self.onnx(several), "tokens.txt": Self.tokens]
        #expect(try Self.voice(unnamed).speakers == ["speaker-0", "speaker-1", "speaker-2"])
    }

    @Test("Takes text for a model with a lexicon, and the 8-bit variant of two")
    func lexicon() throws {
        let metadata = Self.piper.merging(["comment": "melo", "has_espeak": "0"]) { $1 }
        let voice = try Self.voice([
            "model.onnx": Self.onnx(metadata), "model.int8.onnx": Self.onnx(metadata),
            "tokens.txt": Array("AH 1\n".utf8),
            "lexicon.txt": [],
        ])
        #expect(voice.files.model == "model.int8.onnx")
        #expect(voice.phonemeLanguage == nil)
        #expect(voice.lexiconPaths?.hasSuffix("/lexicon.txt") == true)
    }

    @Test("Knows Kokoro, Kitten and Matcha")
    func others() throws {
        let styles = [UInt8](repeating: 0, count: 48)
        let kokoro = try Self.voice([
            "model.onnx": Self.onnx(Self.kokoro), "voices.bin": styles, "tokens.txt": Self.tokens,
        ])
        #expect(kokoro.kind == .kokoro)
        #expect(kokoro.speakers == ["af_bella", "bm_george"])
        #expect(kokoro.voices(startingWith: "BM_George").map(\.name) == ["bm_george", "af_bella"])
        #expect(kokoro.voices(startingWith: nil).map(\.isFemale) == [true, false])

        let changes = [
            "model_type": "kitten-tts", "style_dim": "1,6", "speaker_names": "expr-voice-2-m,expr-voice-2-f",
        ]
        let kitten = try Self.voice([
            "model.fp16.onnx": Self.onnx(Self.kokoro.merging(changes) { $1 }), "voices.bin": styles,
            "tokens.txt": Self.tokens,
        ])
        #expect(kitten.kind == .kitten)
        #expect(kitten.voices(startingWith: nil).map(\.isFemale) == [false, true])

        let matcha = try Self.voice([
            "model-steps-3.onnx": Self.onnx(Self.piper.merging(["model_type": "matcha-tts"]) { $1 }),
            "vocos-22khz-univ.onnx": [], "tokens.txt": Self.tokens,
        ])
        #expect(matcha.kind == .matcha)
        #expect(matcha.files.vocoder == "vocos-22khz-univ.onnx")
    }

    @Test(
        "Refuses what would end the process",
        arguments: [
            ("sample_rate", "0"), ("sample_rate", "fast"), ("sample_rate", nil), ("n_speakers", "-1"),
            ("n_speakers", "99999999999999999999"), ("style_dim", "3,1"), ("style_dim", "3,1,x"),
            ("style_dim", "3,1,3"),
            ("has_espeak", "yes"), ("model_type", "zipvoice"), ("version", "x"),
        ] as [(String, String?)]
    )
    func refused(name: String, value: String?) throws {
        var metadata = Self.kokoro
        metadata[name] = value
        let files = [
            "model.onnx": Self.onnx(metadata), "voices.bin": [UInt8](repeating: 0, count: 48),
            "tokens.txt": Self.tokens,
        ]
        #expect(throws: NeuralVoiceError.self) { try Self.voice(files) }
    }

    @Test("Refuses a folder that is not there, or holds two models")
    func folders() throws {
        #expect { try NeuralVoiceModel(folder: "/proc/nowhere") } throws: { "\($0)".contains("cannot be read") }
        let two = ["a.onnx": Self.onnx(Self.piper), "b.onnx": Self.onnx(Self.piper), "tokens.txt": Self.tokens]
        #expect { try Self.voice(two) } throws: { "\($0)".contains("no voice that is known") }
    }

    @Test("Reads metadata of any cut or garbled file without a crash, and none that is cut")
    func garbled() throws {
        let whole = Self.onnx(Self.piper, graph: 40)
        for count in 0..<whole.count {
            let folder = try Folder(["m.onnx": Array(whole.prefix(count))])
            let metadata = ONNXMetadata(path: folder.path + "/m.onnx")
            #expect(metadata?.values.count ?? 0 < Self.piper.count)
        }
        for index in whole.indices {
            var bytes = whole
            bytes[index] = 0xFF
            let folder = try Folder(["m.onnx": bytes])
            _ = ONNXMetadata(path: folder.path + "/m.onnx")
        }
    }
}
