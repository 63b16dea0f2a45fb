import Foundation
import JSON

/// Checks in a voice's files what sherpa-onnx takes for granted.
struct VoiceCheck {
    let folder: String
    /// The model's name within the folder.
    let model: String
    let metadata: ONNXMetadata

    /// Which family it is of, from what the model says of itself.
    func kind(_ listing: VoiceListing) throws(NeuralVoiceError) -> NeuralVoiceModel.Kind {
        if metadata.values.isEmpty { throw problem("\(model) has no metadata: sherpa-onnx needs \(Self.advice)") }
        let type = (metadata["model_type"] ?? "").lowercased()
        if type.contains("kitten") || type.contains("kokoro") {
            guard listing.voices != nil else { throw problem("no voices.bin") }
            return type.contains("kitten") ? .kitten : .kokoro
        }

        if type.contains("matcha") {
            guard listing.vocoder != nil else { throw problem("no vocoder, such as vocos-22khz-univ.onnx") }
            return .matcha
        }

        // Those of the first years say less.
        if type.contains("vits") || type.isEmpty { return .vits }
        throw problem("\(model) is of the type \(type.prefix(40)), which is not known")
    }

    /// Sees to what the library reads without asking whether it is there.
    func metadata(of kind: NeuralVoiceModel.Kind) throws(NeuralVoiceError) {
        for name in ["sample_rate", "n_speakers"] where metadata.count(name) == nil { throw lacks(name) }
        guard (metadata.count("sample_rate") ?? 0) <= Self.highestRate else { throw lacks("sample_rate") }
        guard (metadata.count("n_speakers") ?? 0) <= Self.mostSpeakers else { throw lacks("n_speakers") }

        let texts: [String]
        let numbers: [String]
        switch kind {
        case .vits: (texts, numbers) = (["language", "comment"], [])
        case .kokoro: (texts, numbers) = ([], ["has_espeak"])
        case .kitten: (texts, numbers) = (["model_type"], ["has_espeak"])
        case .matcha: (texts, numbers) = ([], [])
        }

        for name in texts where metadata[name] == nil { throw lacks(name) }
        for name in numbers where metadata[name].flatMap(Int.init) == nil { throw lacks(name) }
        for name in Self.optionalNumbers {
            if let value = metadata[name], Int(value) == nil { throw lacks(name) }
        }
    }

    /// Compares the size of the file of styles with what the model wants.
    func styles(_ name: String, of kind: NeuralVoiceModel.Kind) throws(NeuralVoiceError) {
        guard let dimensions = metadata.counts("style_dim"), dimensions.count == (kind == .kokoro ? 3 : 2),
            dimensions.allSatisfy({ $0 <= 100_000 }), dimensions[kind == .kokoro ? 1 : 0] == 1
        else { throw lacks("style_dim") }
        let values = dimensions.reduce(metadata.count("n_speakers") ?? 0, *)
        let attributes = try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)
        guard let size = attributes?[.size] as? Int, size / 4 == values else {
            throw problem("\(name) is damaged, or is that of another model")
        }
    }

    /// The language of espeak-ng whose phonemes the model takes, or `nil` if it takes letters.
    func phonemeLanguage() throws(NeuralVoiceError) -> String? {
        let comment = (metadata["comment"] ?? "").lowercased()
        let takesPhonemes = metadata["has_espeak"] == "1" || ["piper", "coqui"].contains(where: comment.contains)
        if takesPhonemes {
            let voice = metadata["voice"] ?? ""
            return voice.isEmpty ? "en-us" : voice
        }
        if metadata["frontend"] == "characters" { return nil }
        throw problem("no lexicon.txt, which says how words are pronounced")
    }

    func tokens(_ name: String, arePhonemes: Bool) throws(NeuralVoiceError) -> VoiceTokens {
        guard let data = FileManager.default.contents(atPath: folder + "/" + name),
            let text = String(validating: data, as: UTF8.self),
            let tokens = VoiceTokens(text: text, arePhonemes: arePhonemes)
        else { throw problem("\(name) is no table of tokens") }
        return tokens
    }

    /// What Piper's voices have beside the model.
    var config: JSONValue? {
        guard let data = FileManager.default.contents(atPath: folder + "/" + model + ".json") else { return nil }
        return try? JSONValue(parsing: [UInt8](data).span)
    }

    private static let highestRate = 192_000
    private static let mostSpeakers = 10_000
    private static let advice = "a file of its authors' archives, or one that `steno models pull` makes"
    /// What the library reads as numbers if it is there.
    private static let optionalNumbers = [
        "add_blank", "speaker_id", "version", "jieba", "blank_id", "bos_id", "eos_id", "use_eos_bos", "pad_id",
        "has_g2pw",
        "has_espeak",
    ]

    private func lacks(_ name: String) -> NeuralVoiceError {
        problem("the metadata of \(model) has no \(name) that can be used: sherpa-onnx needs \(Self.advice)")
    }

    private func problem(_ reason: String) -> NeuralVoiceError { .noModel(folder: folder, reason: reason) }
}
