import Audio

extension SessionCore {
    /// What an utterance has come through; when that was, whoever drives the core knows.
    public enum Passage: Equatable, Sendable {
        /// Turn detection has ended it, so many samples after its last frame of speech.
        case cut(after: Int)
        /// The engine has said what it heard.
        case heard(itemID: String)
        /// Its transcript, or that there is none, has been told.
        case told(itemID: String)
    }

    /// What utterances have come through since the last call.
    public mutating func takePassages() -> [Passage] {
        if passages.isEmpty { return [] }
        defer { passages = [] }
        return passages
    }

    mutating func noteCut(of utterance: Utterance) {
        guard let end = utterance.voicedEnd, let cut = utterance.cutAt else { return }
        passages.append(.cut(after: max(0, Int(cut - end))))
    }
}
