import HTTPTypes
import NIOCore

/// A file of the console, as a browser gets it.
struct ConsoleFile: Sendable {
    /// The last part of its path.
    let name: String
    let body: ByteBuffer
    let type: String
    /// Changes with every byte of the file.
    let tag: String

    init(_ name: String, type: String, _ bytes: [UInt8]) {
        self.name = name
        self.type = type
        body = ByteBuffer(bytes: bytes)
        let hash = SecretHash(String(decoding: bytes, as: UTF8.self)).bytes
        let digits = (0..<12).map { index in
            let digit = String(hash[index], radix: 16)
            return digit.count == 1 ? "0" + digit : digit
        }
        tag = "\"\(digits.joined())\""
    }

    /// Whether a request's `If-None-Match` names this version (RFC 9110 section 13.1.2).
    func isNamed(by values: [String]) -> Bool {
        values.contains { value in
            value.split(separator: ",").contains { entry in
                let entry = entry.trimmingBlanks
                return entry == "*" || entry == tag || entry == "W/" + tag
            }
        }
    }
}

extension ConsoleFile {
    /// The page itself.
    ///
    /// - Parameter hasLanguageModel: Whether anything answers in a conversation; if not, the page says what to set.
    static func page(hasLanguageModel: Bool) -> ConsoleFile {
        let text = String(decoding: PackageResources.index_html, as: UTF8.self)
        let page =
            hasLanguageModel ? text : text.replacing(#"data-language-model="yes""#, with: #"data-language-model="no""#)
        return ConsoleFile("", type: "text/html; charset=utf-8", Array(page.utf8))
    }

    /// What the page loads; it loads nothing else.
    static let parts = [
        ConsoleFile("style.css", type: "text/css; charset=utf-8", PackageResources.style_css),
        ConsoleFile("icon.svg", type: "image/svg+xml", PackageResources.icon_svg),
        module("access.js", bytes: PackageResources.access_js),
        module("api.js", bytes: PackageResources.api_js),
        module("captions.js", bytes: PackageResources.captions_js),
        module("capture.js", bytes: PackageResources.capture_js),
        module("connection.js", bytes: PackageResources.connection_js),
        module("conversation.js", bytes: PackageResources.conversation_js),
        module("corrections.js", bytes: PackageResources.corrections_js),
        module("dialogue.js", bytes: PackageResources.dialogue_js),
        module("earlier.js", bytes: PackageResources.earlier_js),
        module("exports.js", bytes: PackageResources.exports_js),
        module("forgetting.js", bytes: PackageResources.forgetting_js),
        module("incoming.js", bytes: PackageResources.incoming_js),
        module("lines.js", bytes: PackageResources.lines_js),
        module("listening.js", bytes: PackageResources.listening_js),
        module("main.js", bytes: PackageResources.main_js),
        module("memories.js", bytes: PackageResources.memories_js),
        module("microphone.js", bytes: PackageResources.microphone_js),
        module("past.js", bytes: PackageResources.past_js),
        module("pcm.js", bytes: PackageResources.pcm_js),
        module("personas.js", bytes: PackageResources.personas_js),
        module("playback.js", bytes: PackageResources.playback_js),
        module("player.js", bytes: PackageResources.player_js),
        module("preferences.js", bytes: PackageResources.preferences_js),
        module("problems.js", bytes: PackageResources.problems_js),
        module("recording.js", bytes: PackageResources.recording_js),
        module("recordings.js", bytes: PackageResources.recordings_js),
        module("replay.js", bytes: PackageResources.replay_js),
        module("resampler.js", bytes: PackageResources.resampler_js),
        module("session.js", bytes: PackageResources.session_js),
        module("sound.js", bytes: PackageResources.sound_js),
        module("talk.js", bytes: PackageResources.talk_js),
        module("times.js", bytes: PackageResources.times_js),
        module("transcript.js", bytes: PackageResources.transcript_js),
        module("waveform.js", bytes: PackageResources.waveform_js),
    ]

    private static func module(_ name: String, bytes: [UInt8]) -> ConsoleFile {
        ConsoleFile(name, type: "text/javascript; charset=utf-8", bytes)
    }
}
