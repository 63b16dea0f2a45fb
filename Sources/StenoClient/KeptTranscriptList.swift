import FoundationEssentials

/// What a server with a spool says of a session that it does not have any more.
struct KeptTranscriptList: Equatable, Decodable {
    /// In the order of the audio.
    var data: [Entry]
    var hasMore: Bool

    private enum CodingKeys: String, CodingKey {
        case data
        case hasMore = "has_more"
    }

    struct Entry: Equatable, Decodable {
        var itemID: String
        var status: String
        var startMilliseconds: Int64
        var endMilliseconds: Int64
        var transcript: String?
        var error: ServerFailure?

        /// Whether an engine still has to say what it heard.
        var isWaiting: Bool { status == "waiting" }

        private enum CodingKeys: String, CodingKey {
            case itemID = "item_id"
            case status
            case startMilliseconds = "start_ms"
            case endMilliseconds = "end_ms"
            case transcript
            case error
        }
    }

    /// Every utterance that a server keeps of a session; none where it keeps nothing of it.
    ///
    /// - Parameter url: Of the server's WebSocket.
    /// - Throws: `StenoClientError` when the server cannot be reached or its answer cannot be read.
    static func all(of session: String, at url: ServerURL, access: ServerAccess) async throws -> [Entry] {
        var entries: [Entry] = []
        while true {
            let after = entries.last.map { "&after=\($0.itemID)" } ?? ""
            let page = url.asking(for: "/v1/sessions/\(session)/transcripts?limit=1000\(after)")
            let answer = try await HTTPGet.answer(to: page, access: access)
            guard answer.status == 200 else { return [] }
            guard let kept = try? JSONDecoder().decode(KeptTranscriptList.self, from: Data(answer.body)) else {
                throw StenoClientError.protocolViolation("a list of transcripts that cannot be read")
            }
            entries += kept.data
            guard kept.hasMore, !kept.data.isEmpty else { return entries }
        }
    }
}
