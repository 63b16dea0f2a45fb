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
        module("access.js", PackageResources.access_js),
        module("api.js", PackageResources.api_js),
        module("captions.js", PackageResources.captions_js),
        module("capture.js", PackageResources.capture_js),
        module("connection.js", PackageResources.connection_js),
        module("conversation.js", PackageResources.conversation_js),
        module("corrections.js", PackageResources.corrections_js),
        module("dialogue.js", PackageResources.dialogue_js),
        module("earlier.js", PackageResources.earlier_js),
        module("exports.js", PackageResources.exports_js),
        module("forgetting.js", PackageResources.forgetting_js),
        module("incoming.js", PackageResources.incoming_js),
        module("lines.js", PackageResources.lines_js),
        module("listening.js", PackageResources.listening_js),
        module("main.js", PackageResources.main_js),
        module("memories.js", PackageResources.memories_js),
        module("microphone.js", PackageResources.microphone_js),
        module("past.js", PackageResources.past_js),
        module("pcm.js", PackageResources.pcm_js),
        module("personas.js", PackageResources.personas_js),
        module("playback.js", PackageResources.playback_js),
        module("player.js", PackageResources.player_js),
        module("preferences.js", PackageResources.preferences_js),
        module("problems.js", PackageResources.problems_js),
        module("recording.js", PackageResources.recording_js),
        module("recordings.js", PackageResources.recordings_js),
        module("replay.js", PackageResources.replay_js),
        module("resampler.js", PackageResources.resampler_js),
        module("session.js", PackageResources.session_js),
        module("sound.js", PackageResources.sound_js),
        module("talk.js", PackageResources.talk_js),
        module("times.js", PackageResources.times_js),
        module("transcript.js", PackageResources.transcript_js),
        module("waveform.js", PackageResources.waveform_js),
    ]

    private static func module(_ name: String, _ bytes: [UInt8]) -> ConsoleFile {
        ConsoleFile(name, type: "text/javascript; charset=utf-8", bytes)
    }
}
