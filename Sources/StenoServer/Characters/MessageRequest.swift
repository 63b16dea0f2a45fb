import Characters
import Dialects
import HTTPTypes
import Hummingbird
import JSON
import Sessions

/// What is said to an instance with `POST /v1/instances/{id}/messages`.
struct MessageRequest: Equatable {
    /// `nil` asks for the character's own first words.
    var text: String?
    /// Whether the answer is to be spoken too.
    var wantsSpeech: Bool

    /// Bytes of a body: JSON may write each byte of the text as six.
    static let maximumBody = 6 * CharacterLimits.message + 1_024
    /// Fields of a form besides those of a transcription.
    static let formFields: Set<String> = ["speech"]

    init(_ fields: JSONFields) throws(ClientError) {
        text = try fields.nullableString("text") ?? nil
        wantsSpeech = if fields.values["speech"] == .null { false } else { try fields.bool("speech") == true }
        if let text {
            guard text.contains(where: { !$0.isWhitespace }), text.utf8.count <= CharacterLimits.message else {
                throw fields.wrong("text", "a text of at most \(CharacterLimits.message) bytes that is not blank")
            }
            // The answer tells what is stored, and a text ends there at its first zero.
            guard !text.utf8.contains(0) else { throw fields.wrong("text", "a text without zero characters") }
        }
    }

    /// - Parameter heard: The words of the form's file.
    init(_ form: MultipartForm, heard: String) throws(APIError) {
        guard heard.contains(where: { !$0.isWhitespace }) else {
            let message = "No words were heard in the audio. Speak louder, or send the text."
            throw APIError(.badRequest, message, code: "no_speech", param: "file")
        }

        guard heard.utf8.count <= CharacterLimits.message else {
            let message = "The audio has more words than a message may have. Send a shorter one."
            throw APIError(.badRequest, message, code: "invalid_value", param: "file")
        }

        text = heard
        switch form.values("speech").last {
        case nil, "", "false", "0": wantsSpeech = false
        case "true", "1": wantsSpeech = true
        default: throw APIError(.badRequest, "'speech' must be true or false.", code: "invalid_value", param: "speech")
        }
    }
}
