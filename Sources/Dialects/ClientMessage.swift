import Audio
import JSON
import Sessions

/// A client's text message: a JSON object with a `type`, read once.
///
/// An append may be as long as the transport allows, for its audio, which is decoded from where it stands, and so may a
/// new item of a conversation. Everything else must fit into `maximumLength`.
struct ClientMessage {
    enum AppendedAudio {
        case bytes([UInt8])
        case notBase64
    }

    /// Bytes of a message, audio aside: room for the instructions and some dozens of tools of an agent.
    static let maximumLength = 1 << 18

    private static let append: StaticString = "input_audio_buffer.append"

    /// Its members; of an append without its type and `audio`.
    let fields: JSONFields
    let isAppend: Bool
    /// The string in the `audio` of an append; `nil` when there is none.
    let audio: AppendedAudio?

    /// - Parameters:
    ///   - text: The message, which is valid UTF-8.
    ///   - outline: Its members.
    ///   - buffer: Where an append's audio is decoded to.
    init(_ text: Span<UInt8>, outline: JSONOutline, audio buffer: inout [UInt8]) throws(ClientError) {
        isAppend = try Self.isAppend(outline, in: text)
        let audio = isAppend ? Self.audio(of: outline, in: text) : nil
        var length = text.count - (audio?.place.count ?? 0)
        if length > Self.maximumLength { length -= ItemAudio.length(in: text, outline) }
        guard length <= Self.maximumLength else {
            throw ClientError(
                .invalidValue,
                "The message is too long. Only audio may make a message longer than \(Self.maximumLength) bytes.",
                eventID: Self.eventID(outline, in: text)
            )
        }

        var values: [String: JSONValue] = [:]
        for member in outline.members where member.place != audio?.place {
            // Most appends have no other member, and those then cost no dictionary.
            if isAppend, member.name == "type" { continue }
            values[member.name] = try Self.value(at: member.place, in: text)
        }

        fields = JSONFields(values: values)
        guard let audio else {
            self.audio = nil
            return
        }

        self.audio = try Self.decode(audio, in: text, to: &buffer) ? .bytes(buffer) : .notBase64
    }

    /// The bytes of an append's audio.
    ///
    /// - Parameters:
    ///   - missing: The error where there is none.
    ///   - code: What the error is called where it is not base64.
    func audio(
        orThrow missing: @autoclosure () -> ClientError,
        orElse code: ClientError.Code
    ) throws(ClientError) -> [UInt8] {
        switch audio {
        case .bytes(let bytes): return bytes
        case .notBase64:
            throw ClientError(code, "'audio' is not base64; nothing of this message was taken.", param: "audio")
        case nil: throw missing()
        }
    }
}

extension ClientMessage {
    static func value(at place: Range<Int>, in text: Span<UInt8>) throws(ClientError) -> JSONValue {
        do { return try JSONValue(parsing: text.extracting(place)) } catch { throw invalid(error) }
    }

    static func invalid(_ error: JSONError) -> ClientError {
        ClientError(.invalidJSON, "The message cannot be read: \(error). Send one JSON object per message.")
    }

    /// The client's name for a message that is not read any further.
    private static func eventID(_ outline: JSONOutline, in text: Span<UInt8>) -> String? {
        guard let id = outline["event_id"], id.place.count <= JSONFields.maximumName else { return nil }
        return (try? value(at: id.place, in: text))?.string
    }

    private static func isAppend(_ outline: JSONOutline, in text: Span<UInt8>) throws(ClientError) -> Bool {
        guard let type = outline["type"], type.place.count <= maximumLength else { return false }
        // Nearly all messages are appends and spell their type without escapes.
        if let characters = type.characters { return text.extracting(characters).equals(append) }
        return try value(at: type.place, in: text) == .string(append.description)
    }

    /// The member that holds an append's audio, if it is a string.
    private static func audio(of outline: JSONOutline, in text: Span<UInt8>) -> JSONOutline.Member? {
        guard let audio = outline["audio"], text[audio.place.lowerBound] == UInt8(ascii: "\"") else { return nil }
        return audio
    }

    /// Decodes the base64 of a string; `false` when it is none.
    static func decode(
        _ audio: JSONOutline.Member,
        in text: Span<UInt8>,
        to buffer: inout [UInt8]
    ) throws(ClientError) -> Bool {
        if let characters = audio.characters { return Base64.decode(text.extracting(characters), into: &buffer) }
        let string = try value(at: audio.place, in: text).string ?? ""
        return Base64.decode(Array(string.utf8).span, into: &buffer)
    }
}

extension Span<UInt8> {
    fileprivate func equals(_ string: StaticString) -> Bool {
        guard count == string.utf8CodeUnitCount else { return false }
        return withUnsafeBufferPointer { bytes in
            UnsafeBufferPointer(start: string.utf8Start, count: count).elementsEqual(bytes)
        }
    }
}
