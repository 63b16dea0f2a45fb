/// Tells from the names of a folder's files which parts of a voice they are.
///
/// The names are those of the archives that the authors of sherpa-onnx publish. Where there are several files for one
/// part, the smaller one, with 8-bit integers, is taken.
struct VoiceListing {
    private let names: [String]

    init(names: [String]) { self.names = names.sorted() }

    var tokens: String? { names.first { $0 == "tokens.txt" } ?? names.first { $0.hasSuffix("tokens.txt") } }

    /// What turns spectra into sound.
    var vocoder: String? {
        names.first { $0.hasSuffix(".onnx") && Self.vocoders.contains(where: $0.lowercased().contains) }
    }

    /// The styles of the speakers.
    var voices: String? { names.first { $0 == "voices.bin" } }

    var lexicons: [String] {
        let all = names.filter { $0.hasPrefix("lexicon") && $0.hasSuffix(".txt") }
        // Both say how English words are pronounced.
        return all.contains("lexicon-us-en.txt") ? all.filter { $0 != "lexicon-gb-en.txt" } : all
    }

    /// The model itself, if there is one only, apart from its variants.
    var model: String? {
        let found = names.filter { name in
            name.hasSuffix(".onnx") && !Self.vocoders.contains(where: name.lowercased().contains)
        }
        let stems = Set(found.map(Self.stem))
        guard stems.count == 1 else { return nil }
        return found.first { $0.contains(".int8.") } ?? found.first
    }

    private static let vocoders = ["vocos", "hifigan", "vocoder"]

    private static func stem(_ name: String) -> String {
        var stem = name.dropLast(".onnx".count)
        for suffix in [".int8", ".fp16"] where stem.hasSuffix(suffix) { stem = stem.dropLast(suffix.count) }
        return String(stem)
    }
}
