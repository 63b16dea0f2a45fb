import Audio
import JSON
import Sessions
import SpeechDetection

/// A client's text message: an object whose members are each a wish of their own.
struct AssemblyAIMessage {
    /// Bytes of a message, audio aside.
    static let maximumLength = ClientMessage.maximumLength

    private let fields: JSONFields
    private let audio: [UInt8]?

    /// - Parameters:
    ///   - text: The message, which is valid UTF-8.
    ///   - outline: Its members.
    ///   - buffer: Where audio is decoded to.
    init(_ text: Span<UInt8>, outline: JSONOutline, audio buffer: inout [UInt8]) throws(ClientError) {
        let sound = outline["audio_data"].flatMap { text[$0.place.lowerBound] == UInt8(ascii: "\"") ? $0 : nil }
        guard text.count - (sound?.place.count ?? 0) <= Self.maximumLength else {
            let message = "Only 'audio_data' may make a message longer than \(Self.maximumLength) bytes."
            throw ClientError(.invalidValue, message)
        }

        var values: [String: JSONValue] = [:]
        for member in outline.members where member.place != sound?.place {
            values[member.name] = try ClientMessage.value(at: member.place, in: text)
        }
        fields = JSONFields(values: values)
        guard let sound else {
            audio = nil
            return
        }

        guard try ClientMessage.decode(sound, in: text, to: &buffer) else {
            let message = "'audio_data' is not base64; nothing of this message was taken."
            throw ClientError(.invalidAudio, message, param: "audio_data")
        }

        audio = buffer
    }

    /// What the message asks for, in the order in which it makes sense.
    func commands() throws(ClientError) -> [ClientCommand] {
        var commands: [ClientCommand] = []
        if let audio {
            commands.append(.append(audio: audio, rate: nil))
        } else if fields.values["audio_data"] != nil {
            throw fields.wrong("audio_data", "a base64 string")
        }

        if let threshold = try fields.number("end_utterance_silence_threshold", in: Self.thresholds) {
            commands.append(.update(Self.update(threshold)))
        }
        if try fields.bool("force_end_utterance") == true { commands.append(.commit(eventID: nil)) }
        if try fields.bool("terminate_session") == true { commands.append(.finish) }
        guard !commands.isEmpty || Self.names.contains(where: { fields.values[$0] != nil }) else {
            let known = "audio_data, \(Self.names.joined(separator: ", "))"
            throw ClientError(.invalidEvent, "The message has none of the members \(known).")
        }

        return commands
    }

    private static let names = ["end_utterance_silence_threshold", "force_end_utterance", "terminate_session"]

    /// Milliseconds, as the protocol has them.
    private static let thresholds = 0.0...20_000.0

    /// The nearest silence that turn detection can wait for.
    private static func update(_ threshold: Double) -> SessionUpdate {
        let range = TurnDetection.hangovers
        let milliseconds = min(max(Int(threshold), range.lowerBound), range.upperBound)
        var change = TurnDetectionUpdate.Change()
        change.hangover = SampleClock.samples(milliseconds: milliseconds)
        var update = SessionUpdate()
        update.turnDetection = .on(change)
        return update
    }
}
