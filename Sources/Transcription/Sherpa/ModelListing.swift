/// Tells from the names of a folder's files which kind of model they are.
///
/// The names are those of the archives that the authors of sherpa-onnx publish. Where there are several files for one
/// part, the smaller one, with 8-bit integers, is taken.
struct ModelListing {
    typealias Role = SherpaModel.Role

    private let names: [String]

    init(names: [String]) { self.names = names.sorted() }

    /// The table of tokens.
    var tokens: String? {
        names.first { $0 == "tokens.txt" } ?? names.first { $0.hasSuffix("tokens.txt") }
    }

    /// - Parameter declaredType: The `model_type` that an ONNX file of that name declares, if it does.
    func kind(declaredType: (String) -> String?) -> (SherpaModel.Kind, [Role: String])? {
        if let encoder = file("encoder_model"), let decoder = file("decoder_model_merged") {
            return (.moonshineMerged, [.encoder: encoder, .decoder: decoder])
        }
        if let preprocessor = file("preprocess"), let encoder = file("encode"), let decoder = file("uncached_decode"),
            let cached = file("cached_decode")
        {
            let files = [Role.preprocessor: preprocessor, .encoder: encoder, .decoder: decoder, .cachedDecoder: cached]
            return (.moonshine, files)
        }

        if let encoder = file("encoder"), let decoder = file("decoder") {
            guard let joiner = file("joiner") else { return (.whisper, [.encoder: encoder, .decoder: decoder]) }
            return (.transducer, [.encoder: encoder, .decoder: decoder, .joiner: joiner])
        }

        guard let model = file("model") else { return nil }
        return kind(type: declaredType(model) ?? "").map { ($0, [.model: model]) }
    }

    private func kind(type: String) -> SherpaModel.Kind? {
        let type = type.lowercased()
        if type.contains("sense_voice") { return .senseVoice }
        if type.contains("zipformer") { return .zipformerCTC }
        if type.contains("encdecctc") || type.contains("nemo") { return .nemoCTC }
        return nil
    }

    /// A model's file of that part: `encoder.onnx`, `tiny.en-encoder.int8.onnx`, `encoder-epoch-99-avg-1.onnx`.
    private func file(_ part: String) -> String? {
        let found = names.filter { name in
            guard name.hasSuffix(".onnx") || name.hasSuffix(".ort") else { return false }
            return name.hasPrefix(part + ".") || name.hasPrefix(part + "-") || name.contains("-\(part).")
        }
        return found.first { $0.contains(".int8.") } ?? found.first
    }

    /// The value of `model_type` in the end of an ONNX file.
    ///
    /// Source: onnx.proto3, `ModelProto.metadata_props` (field 14) of `StringStringEntryProto` (key 1, value 2). Each
    /// string is preceded by its field's tag and its length; short ones have a length of one byte.
    static func declaredType(tail: [UInt8]) -> String? {
        let key = [0x0A, 10] + Array("model_type".utf8)
        guard tail.count > key.count + 2 else { return nil }
        for start in 0..<tail.count - key.count - 2 where tail[start..<start + key.count].elementsEqual(key) {
            let length = start + key.count + 1
            guard tail[length - 1] == 0x12, length + Int(tail[length]) < tail.count else { continue }
            return String(validating: tail[length + 1...length + Int(tail[length])], as: UTF8.self)
        }
        return nil
    }
}
