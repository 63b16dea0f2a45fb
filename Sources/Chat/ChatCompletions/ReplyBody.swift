internal import BackendHTTP
internal import HTTPTransfer

/// Reads the body of an answer: server-sent events, or a completion as one JSON object, as some gateways answer.
struct ReplyBody {
    enum Failure: Error, Equatable {
        case transfer(TransferError, after: Duration)
        /// Bytes came, but no part of a reply.
        case silent(Duration)
        case notAReply(reason: String)
        case complaint(Complaint)
    }

    private enum Form {
        case unknown
        case events(EventStreamParser)
        case object([UInt8])
    }

    private var form = Form.unknown
    private var reader = ReplyReader()
    private let idle: Duration
    private var lastPart: ContinuousClock.Instant
    /// How long the next part may take to come.
    private(set) var limit: Duration
    /// Whether nothing more is to come.
    private(set) var isComplete = false

    /// - Parameters:
    ///   - firstToken: How long the first part may take.
    ///   - idle: How long each later one may.
    init(firstToken: Duration, idle: Duration, at now: ContinuousClock.Instant) {
        limit = firstToken
        self.idle = idle
        lastPart = now
    }

    /// Whether the model has said that its reply is complete; what may follow is what it cost.
    var isFinished: Bool { isComplete || reader.isFinished }

    /// Whether it can be told that the reply is not cut off: its end is marked, or it is one object.
    var isWhole: Bool {
        if case .object = form { return true }
        return isFinished
    }

    /// Takes more of the body, and gives what it adds to the reply.
    ///
    /// Comments keep a connection alive, but do not count as a sign of the model.
    mutating func take(_ piece: [UInt8], at now: ContinuousClock.Instant) throws(Failure) -> [ChatPart] {
        switch form {
        case .unknown:
            guard let first = piece.first(where: { !$0.isSpace }) else { return [] }
            form = first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? .object([]) : .events(EventStreamParser())
            return try take(piece, at: now)
        case .object(var bytes):
            // The only reference now, so that appending does not copy.
            form = .unknown
            bytes += piece
            form = .object(bytes)
            return []
        case .events(var parser):
            form = .unknown
            let events = parser.take(piece)
            form = .events(parser)
            if !events.isEmpty { (lastPart, limit) = (now, idle) }
            guard lastPart.duration(to: now) <= limit || isFinished else { throw .silent(limit) }
            return try read(events)
        }
    }

    /// Ends the body: the rest of the reply, and how it ended.
    mutating func finish() throws(Failure) -> (parts: [ChatPart], end: ChatEnd) {
        var parts: [ChatPart] = []
        switch form {
        case .unknown: break
        case .object(let bytes): parts = try read([bytes])
        case .events(var parser): if !isComplete { parts = try read(parser.finish()) }
        }

        guard reader.hasBegun else { throw .notAReply(reason: "no completion in it") }
        let (rest, end, brokenCalls) = reader.finish()
        guard brokenCalls == 0 || end.reason == .tokenLimit else {
            throw .notAReply(reason: "the arguments of a call are not a JSON object")
        }
        return (parts + rest, end)
    }

    private mutating func read(_ events: [[UInt8]]) throws(Failure) -> [ChatPart] {
        var parts: [ChatPart] = []
        for event in events where !isComplete {
            if event.withoutSpace.elementsEqual("[DONE]".utf8) {
                isComplete = true
                break
            }
            do {
                parts += try reader.take(event)
            } catch {
                switch error {
                case .complaint(let complaint): throw .complaint(complaint)
                case .notJSON: throw .notAReply(reason: "an event is not a JSON object")
                }
            }
        }

        return parts
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool { [0x20, 0x09, 0x0A, 0x0D].contains(self) }
}

extension [UInt8] {
    fileprivate var withoutSpace: ArraySlice<UInt8> {
        drop(while: \.isSpace).reversed().drop(while: \.isSpace).reversed()[...]
    }
}
