import NIOConcurrencyHelpers
import NIOCore

/// The bounded queue between those who send and the one loop that writes.
///
/// Frames are put into wire form as they enter: small ones share a buffer, a large payload stays a buffer of its own
/// and is not copied. A sender waits while `capacity` bytes are queued.
final class OutgoingFrames: Sendable {
    /// Not a `Mutex`: under contention the thread sanitizer cannot see the standard library's lock.
    private let state: NIOLockedValueBox<State>

    init(capacity: Int = 1 << 16) {
        state = NIOLockedValueBox(State(capacity: capacity))
    }

    /// Queues a frame as soon as there is room.
    ///
    /// Throws ``WebSocketClosed`` when the connection is over and `CancellationError` when cancelled while it waits.
    func send(_ opcode: FrameHeader.Opcode, _ payload: ByteBuffer) async throws {
        switch state.withLockedValue({ $0.offer(opcode, payload) }) {
        case .accepted(let writer):
            writer?.resume()
        case .refused(let error):
            throw error
        case .wait(let id):
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let sender = Sender(id: id, opcode: opcode, payload: payload, continuation: continuation)
                    state.withLockedValue { $0.wait(sender, isCancelled: Task.isCancelled) }?.run()
                }
            } onCancel: {
                state.withLockedValue { $0.cancel(id) }?.run()
            }
        }
    }

    /// Queues the Close frame behind everything else, room or not, and refuses all later frames.
    func close(_ payload: ByteBuffer) {
        for wakening in state.withLockedValue({ $0.close(payload) }) { wakening.run() }
    }

    /// Drops what is queued.
    func abort(_ cause: WebSocketClosed.Cause) {
        for wakening in state.withLockedValue({ $0.abort(cause) }) { wakening.run() }
    }

    /// Lets ``next()`` end once it has delivered everything.
    func finish() {
        state.withLockedValue { $0.finish() }?.resume()
    }

    /// All that is queued, or `nil` at the end; waits while nothing is.
    ///
    /// Only one task may call it. It does not look at cancellation: `finish` or `abort` always comes.
    func next() async -> [ByteBuffer]? {
        while true {
            let (batch, wakenings) = state.withLockedValue { $0.take() }
            for wakening in wakenings { wakening.run() }
            switch batch {
            case .buffers(let buffers): return buffers
            case .end: return nil
            case .none:
                await withCheckedContinuation { continuation in
                    state.withLockedValue { $0.park(continuation) }?.resume()
                }
            }
        }
    }
}

/// One who waits for room.
private struct Sender {
    let id: UInt64
    let opcode: FrameHeader.Opcode
    let payload: ByteBuffer
    let continuation: CheckedContinuation<Void, any Error>
}

/// What to resume once the lock is released.
private enum Wakening {
    case sender(CheckedContinuation<Void, any Error>, (any Error)?)
    case writer(CheckedContinuation<Void, Never>)

    func run() {
        switch self {
        case .sender(let continuation, nil): continuation.resume()
        case .sender(let continuation, let error?): continuation.resume(throwing: error)
        case .writer(let continuation): continuation.resume()
        }
    }
}

/// The rules; each step says what to resume.
private struct State: Sendable {
    enum Offer {
        case accepted(CheckedContinuation<Void, Never>?)
        case refused(WebSocketClosed)
        case wait(UInt64)
    }

    enum Batch {
        case buffers([ByteBuffer])
        case end
    }

    /// Payloads up to this size are copied next to their neighbours, which saves the kernel a vector.
    static let smallPayload = 4096

    let capacity: Int
    private var buffers: [ByteBuffer] = []
    private var bytes = 0
    private var isTailOpen = false
    private var senders: [Sender] = []
    private var writer: CheckedContinuation<Void, Never>?
    private var refusal: WebSocketClosed?
    private var isFinished = false
    private var lastID: UInt64 = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    mutating func offer(_ opcode: FrameHeader.Opcode, _ payload: ByteBuffer) -> Offer {
        if let refusal { return .refused(refusal) }
        guard bytes < capacity, senders.isEmpty else {
            lastID += 1
            return .wait(lastID)
        }
        append(opcode, payload)
        return .accepted(writer.take())
    }

    /// The queue may have moved since the offer; a writer that waits by now admits the sender when it takes.
    mutating func wait(_ sender: Sender, isCancelled: Bool) -> Wakening? {
        if let refusal { return .sender(sender.continuation, refusal) }
        if isCancelled { return .sender(sender.continuation, CancellationError()) }
        senders.append(sender)
        return writer.take().map(Wakening.writer)
    }

    mutating func cancel(_ id: UInt64) -> Wakening? {
        guard let index = senders.firstIndex(where: { $0.id == id }) else { return nil }
        return .sender(senders.remove(at: index).continuation, CancellationError())
    }

    mutating func close(_ payload: ByteBuffer) -> [Wakening] {
        guard refusal == nil else { return [] }
        for sender in senders { append(sender.opcode, sender.payload) }
        append(.close, payload)
        let wakenings = senders.map { Wakening.sender($0.continuation, nil) }
        senders = []
        refusal = WebSocketClosed(cause: .closing)
        return wakenings + (writer.take().map { [.writer($0)] } ?? [])
    }

    mutating func abort(_ cause: WebSocketClosed.Cause) -> [Wakening] {
        let refusal = WebSocketClosed(cause: cause)
        self.refusal = refusal
        let wakenings = senders.map { Wakening.sender($0.continuation, refusal) }
        senders = []
        (buffers, bytes, isTailOpen, isFinished) = ([], 0, false, true)
        return wakenings + (writer.take().map { [.writer($0)] } ?? [])
    }

    mutating func finish() -> CheckedContinuation<Void, Never>? {
        isFinished = true
        return writer.take()
    }

    mutating func take() -> (Batch?, [Wakening]) {
        let admitted = buffers.isEmpty ? admit() : []
        guard !buffers.isEmpty else { return (isFinished ? .end : nil, admitted) }
        let batch = Batch.buffers(buffers)
        (buffers, bytes, isTailOpen) = ([], 0, false)
        return (batch, admitted + admit())
    }

    mutating func park(_ continuation: CheckedContinuation<Void, Never>) -> CheckedContinuation<Void, Never>? {
        guard buffers.isEmpty, senders.isEmpty, !isFinished else { return continuation }
        precondition(writer == nil, "OutgoingFrames has one reader")
        writer = continuation
        return nil
    }

    private mutating func admit() -> [Wakening] {
        var wakenings: [Wakening] = []
        while bytes < capacity, let sender = senders.first {
            senders.removeFirst()
            append(sender.opcode, sender.payload)
            wakenings.append(.sender(sender.continuation, nil))
        }
        return wakenings
    }

    private mutating func append(_ opcode: FrameHeader.Opcode, _ payload: ByteBuffer) {
        let count = payload.readableBytes
        if !isTailOpen { buffers.append(ByteBuffer()) }
        let isSmall = count <= Self.smallPayload
        buffers[buffers.count - 1].reserveCapacity(minimumWritableBytes: isSmall ? 10 + count : 10)
        buffers[buffers.count - 1].writeFrameHeader(opcode, length: count)
        if isSmall {
            buffers[buffers.count - 1].writeImmutableBuffer(payload)
        } else {
            buffers.append(payload)
        }
        isTailOpen = isSmall
        bytes += 10 + count
    }
}
