public import Audio

/// Why a transcription could not be made, or a conversation not be held.
///
/// `description` is one sentence or two for the person at the terminal: what happened, and what to do about it.
public enum StenoClientError: Error, Equatable, Sendable, CustomStringConvertible {
    case invalidURL(String, reason: String)
    /// A key that cannot be written into a header; `source` is where it was given.
    case invalidAPIKey(source: String)
    /// The server's certificate does not show that it is the host that was asked for.
    case untrusted(url: String, reason: String)
    /// No TCP connection or no answer to the handshake.
    case unreachable(url: String, reason: String)
    /// The server answered the upgrade with another status than 101; `message` is from its error body.
    case refused(url: String, status: Int, phrase: String, message: String?)
    /// Something answered that does not speak WebSocket.
    case notWebSocket(url: String)
    /// The connection ended without a Close frame.
    case connectionLost
    /// The server's Close frame had a code other than 1000, or came before the end of the audio.
    case closed(WebSocketClosure)
    /// The server broke the WebSocket protocol or sent an event that cannot be read.
    case protocolViolation(String)
    case unreadableFile(path: String, reason: String)
    case notAudio(path: String, WAVError)
    case unsupportedSampleRate(path: String, rate: Int)
    /// Subtitles of several files do not fit in one stream, since each starts at zero.
    case subtitlesOfSeveralFiles
    case outputFailed(reason: String)
    case unwritableFile(path: String, reason: String)
    /// There is no microphone or loudspeaker that can be used.
    case noSound(reason: String)
    /// The connection ended within a conversation; `reason` is a clause.
    case conversationEnded(reason: String)

    /// 2 for what the caller can mend on the command line, 1 for the rest.
    public var exitStatus: Int32 {
        switch self {
        case .invalidURL, .invalidAPIKey, .unreadableFile, .notAudio, .unsupportedSampleRate,
            .subtitlesOfSeveralFiles, .unwritableFile, .noSound:
            2
        case .unreachable, .untrusted, .refused, .notWebSocket, .connectionLost, .closed, .protocolViolation,
            .outputFailed, .conversationEnded:
            1
        }
    }

    public var description: String {
        switch self {
        case .invalidURL(let url, let reason):
            "\(url) is not a WebSocket address: \(reason). An address looks like ws://127.0.0.1:8000/ws."
        case .invalidAPIKey(let source):
            "The API key has a blank or a character beyond ASCII. Check \(source)."
        case .untrusted(let url, let reason):
            "\(url) is not trusted: \(reason). Name the authority's certificate in SSL_CERT_FILE, or give --insecure to "
                + "connect to whoever answers."
        case .unreachable(let url, let reason):
            "Cannot reach \(url): \(reason). Is the server running? Start it with ./entrypoint.sh serve."
        case .refused(let url, let status, let phrase, let message):
            "\(url) refused the connection with \(status) \(phrase)\(message.map { ": \($0)" } ?? ".") "
                + Self.advice(status: status)
        case .notWebSocket(let url):
            "\(url) does not answer as a WebSocket server. Check the host, the port and the path."
        case .connectionLost:
            "The connection to the server was lost; the transcript is incomplete. Check the server's log and try again."
        case .closed(let closure):
            "The server closed the connection: \(closure); the transcript is incomplete."
        case .protocolViolation(let reason):
            "The server sent something unexpected: \(reason). Is it a Steno server?"
        case .unreadableFile(let path, let reason): "Cannot read \(path): \(reason)."
        case .notAudio(let path, let error): "\(path): \(error). Convert it with: \(Self.conversion(of: path))"
        case .unsupportedSampleRate(let path, let rate):
            "\(path) has \(rate) samples per second; 8000 to 48000 are supported. "
                + "Convert it with: \(Self.conversion(of: path))"
        case .subtitlesOfSeveralFiles:
            "Subtitles of several files cannot share one output. Run the command once for each file."
        case .outputFailed(let reason): "Cannot write the output: \(reason)."
        case .unwritableFile(let path, let reason): "Cannot write \(path): \(reason)."
        case .noSound(let reason):
            "\(reason). Type with --text, or speak a WAV file with --input FILE."
        case .conversationEnded(let reason):
            "The conversation has ended: \(reason). Check the server's log and try again."
        }
    }

    private static func advice(status: Int) -> String {
        switch status {
        case 401, 403: "The server wants a key that it knows: give one with --api-key KEY or in STENO_API_KEY."
        case 404, 405: "Check the path of the address."
        case 429, 503: "The server is starting, stopping or full: try again in a moment."
        default: "Check the address and the server's log."
        }
    }

    private static func conversion(of path: String) -> String {
        let stem = path.lastIndex(of: ".").map { path[..<$0] } ?? path[...]
        return "sox \(shellQuoted(path)) -b 16 -r 16000 \(shellQuoted(stem + "-16k.wav"))"
    }

    private static func shellQuoted(_ text: some StringProtocol) -> String {
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./+,:@%".utf8.contains(byte)
            }
        }
        return plain && !text.isEmpty
            ? String(text)
            : "'"
                + text.split(separator: "'", omittingEmptySubsequences: false)
                .joined(separator: #"'\''"#) + "'"
    }
}
