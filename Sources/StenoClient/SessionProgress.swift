/// How far a clip has come over one connection after the other.
///
/// A server that keeps the session says from where the audio goes on. Of one that does not, nothing is known but its
/// transcripts: what lies behind the last of them is sent to a new session, whose times begin anew.
struct SessionProgress: Equatable, Sendable {
    /// The clip's sample at which the session begins.
    private(set) var start = 0
    /// The session's name on a server that keeps its utterances; `nil` on others.
    private(set) var sessionID: String?
    /// What the session goes on by; `nil` before the first connection, and where the server does not keep sessions.
    private(set) var token: String?
    /// Messages that the session has sent.
    private(set) var received = 0
    /// The clip's sample up to which there are transcripts.
    private(set) var transcribed = 0
    /// Whether there was ever a connection.
    private(set) var hasBegun = false
    /// Items of the session that have been told.
    private var told: Set<String> = []

    /// Whether the next connection goes on with the same session.
    var isResuming: Bool { token != nil }

    /// The fields of the query that ask for this session, or for one that can be resumed.
    var query: String {
        guard let token else { return "resumable=true" }
        return "resumable=true&resume=\(token)&resume_events=\(received)"
    }

    /// There is a connection.
    mutating func connected() { hasBegun = true }

    /// Counts a message.
    mutating func receive(_ event: ServerEvent) {
        switch event {
        case .created(let token, let session): (self.token, sessionID) = (token, session)
        case .resumed: return
        case .utterance(let utterance): told.insert(utterance.itemID)
        case .failure(let failure):
            if let item = failure.itemID { told.insert(item) }
        case .other: break
        }
        received += 1
    }

    /// Puts an utterance at its place in the clip.
    mutating func place(_ utterance: TranscribedUtterance, in clip: AudioClip) -> TranscribedUtterance {
        let offset = Int64(start) * 1_000 / Int64(clip.sampleRate)
        var utterance = utterance
        utterance.startMilliseconds += offset
        utterance.endMilliseconds += offset
        let end = Int(utterance.endMilliseconds) * clip.sampleRate / 1_000
        transcribed = min(max(transcribed, end), clip.samples.count)
        return utterance
    }

    /// What is kept of a session that is gone, up to the first utterance that still waits, and has not been told.
    mutating func takeOver(_ kept: [KeptTranscriptList.Entry], in clip: AudioClip) -> [ServerEvent] {
        kept.prefix { !$0.isWaiting }.compactMap { entry in
            let utterance = place(
                TranscribedUtterance(
                    itemID: entry.itemID,
                    transcript: entry.transcript ?? "",
                    startMilliseconds: entry.startMilliseconds,
                    endMilliseconds: entry.endMilliseconds
                ),
                in: clip
            )
            guard told.insert(entry.itemID).inserted else { return nil }
            if var failure = entry.error {
                failure.itemID = entry.itemID
                return .failure(failure)
            }
            return .utterance(utterance)
        }
    }

    /// The session is gone: the next connection begins one behind the last transcript.
    mutating func beginAnew() {
        (start, token, received) = (transcribed, nil, 0)
        (sessionID, told) = (nil, [])
    }
}
