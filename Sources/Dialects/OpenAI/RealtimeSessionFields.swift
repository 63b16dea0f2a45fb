import Audio
import JSON
import Sessions
import SpeechDetection

/// A client's `session` object.
///
/// The nested fields of GA and the flat ones of the beta are both read, whichever message brings them, and fields that
/// mean nothing here are passed over: clients take any error for the end of the session.
struct RealtimeSessionFields {
    private let fields: JSONFields
    private let maximumPrompt: Int

    /// - Parameter maximumPrompt: Bytes that a prompt may have.
    init(_ fields: JSONFields, maximumPrompt: Int) {
        self.fields = fields
        self.maximumPrompt = maximumPrompt
    }

    /// The change that it asks for; nothing of it holds when a field is wrong.
    func update() throws(ClientError) -> SessionUpdate {
        if let type = try fields.nullableString("type"), let type, !["transcription", "realtime"].contains(type) {
            throw fields.wrong("type", "'transcription' or 'realtime'")
        }
        var update = SessionUpdate()
        switch try fields.nullableString("type") ?? nil {
        case "realtime": update.answers = true
        case "transcription": update.answers = false
        default: break
        }

        update.assistant = try RealtimeAssistantFields(fields: fields).update()
        try RealtimeSessionExtras(fields: fields).read(into: &update.assistant)
        let names = (
            format: "input_audio_format", transcription: "input_audio_transcription",
            noiseReduction: "input_audio_noise_reduction"
        )
        try read(fields, names: names, into: &update)
        if let input = try fields.object("audio")?.object("input") {
            try read(input, names: ("format", "transcription", "noise_reduction"), into: &update)
        }
        switch fields.values["include"] {
        case nil: break
        case .array(let items): update.includesLogprobs = items.contains("item.input_audio_transcription.logprobs")
        case .null: update.includesLogprobs = false
        case _?: throw fields.wrong("include", "an array or null")
        }

        return update
    }

    private func read(
        _ input: JSONFields,
        names: (format: String, transcription: String, noiseReduction: String),
        into update: inout SessionUpdate
    ) throws(ClientError) {
        if let format = try Self.format(input, names.format) { update.inputFormat = format }
        var isStreaming = false
        switch try input.nullableObject(names.transcription) {
        case nil: break
        case .some(nil): (update.model, update.language, update.prompt) = (.some(nil), .some(nil), .some(nil))
        case .some(let transcription?):
            if let model = try transcription.text("model", maximum: JSONFields.maximumName) { update.model = model }
            if let language = try transcription.language() { update.language = language }
            if let prompt = try transcription.text("prompt", maximum: maximumPrompt) { update.prompt = prompt }
            // Clients of these models end the turns themselves, and say nothing of turn detection.
            isStreaming = ["gpt-realtime-whisper", "gpt-live-transcribe"].contains {
                (update.model ?? "")?.hasPrefix($0) == true
            }
        }

        if let reduction = try input.nullableObject(names.noiseReduction) {
            update.noiseReduction = .some(
                try reduction.map { reduction throws(ClientError) in try noiseReduction(reduction) } ?? nil
            )
        }

        switch try input.nullableObject("turn_detection") {
        case nil: if isStreaming { update.turnDetection = .off }
        case .some(nil): update.turnDetection = .off
        case .some(let detection?):
            update.turnDetection = try turnDetection(detection)
            try RealtimeAssistantFields.read(turnDetection: detection, into: &update.assistant)
        }
    }

    /// Reads a format of audio by its name, or as an object with a type.
    static func format(_ input: JSONFields, _ name: String) throws(ClientError) -> AudioFormat? {
        let expected = "audio/pcm, audio/pcmu or audio/pcma"
        switch input.values[name] {
        case nil, .null: return nil
        case .string(let type):
            guard let format = Self.format(type, rate: Self.defaultRate) else { throw input.wrong(name, expected) }
            return format
        case .object(let values):
            let format = JSONFields(values: values, path: input.path + name + ".")
            let rate = try format.rate() ?? Self.defaultRate
            guard let type = try format.string("type") else { throw format.missing("type") }
            guard let format = Self.format(type, rate: rate) else { throw format.wrong("type", expected) }
            return format
        case _?: throw input.wrong(name, "an object with a type, \(expected)")
        }
    }

    private static let defaultRate = 24_000

    private static func format(_ type: String, rate: Int) -> AudioFormat? {
        switch type {
        case "audio/pcm", "pcm16": .pcm16(rate: rate)
        case "audio/pcmu", "g711_ulaw": .muLaw
        case "audio/pcma", "g711_alaw": .aLaw
        default: nil
        }
    }

    private func noiseReduction(_ fields: JSONFields) throws(ClientError) -> NoiseReduction {
        guard let reduction: NoiseReduction = try fields.choice("type") else { throw fields.missing("type") }
        return reduction
    }

    /// What a `turn_detection` object asks for; nothing when it is empty.
    private func turnDetection(_ fields: JSONFields) throws(ClientError) -> TurnDetectionUpdate? {
        if fields.values.isEmpty { return nil }
        switch try fields.string("type") ?? "server_vad" {
        case "none": return .off
        case "server_vad": return .on(try change(fields))
        case "semantic_vad":
            if fields.values["eagerness"] == .null { return .semantic(.auto) }
            return .semantic(try fields.choice("eagerness") ?? .auto)
        default: throw fields.wrong("type", "'server_vad' or 'semantic_vad'")
        }
    }

    /// Lengths beyond what the server can do become the nearest that it can; `session.updated` tells.
    private func change(_ fields: JSONFields) throws(ClientError) -> TurnDetectionUpdate.Change {
        func samples(_ name: String, _ range: ClosedRange<Int>) throws(ClientError) -> Int? {
            if fields.values[name] == .null { return nil }
            guard let length = try fields.integer(name, in: 0...Int(Int32.max)) else { return nil }
            return SampleClock.samples(milliseconds: min(max(length, range.lowerBound), range.upperBound))
        }

        var change = TurnDetectionUpdate.Change()
        if fields.values["threshold"] != .null {
            change.threshold = try fields.number("threshold", in: TurnDetection.thresholds).map { Float($0) }
        }
        change.prefixPadding = try samples("prefix_padding_ms", TurnDetection.paddings)
        change.hangover = try samples("silence_duration_ms", TurnDetection.hangovers)
        return change
    }
}

extension JSONFields {
    /// A string, where an empty one says as much as null.
    fileprivate func text(_ name: String, maximum: Int) throws(ClientError) -> String?? {
        guard let text = try nullableString(name, maximum: maximum) else { return nil }
        return .some(text.flatMap { $0.isEmpty ? nil : $0 })
    }

    fileprivate func rate() throws(ClientError) -> Int? {
        if case .number(let rate)? = values["rate"], rate < Double(AudioIntake.rates.lowerBound) {
            let message = "'\(path)rate' must be at least \(AudioIntake.rates.lowerBound)."
            throw ClientError(.belowMinimum, message, param: path + "rate")
        }
        return values["rate"] == .null ? nil : try integer("rate", in: AudioIntake.rates)
    }
}
