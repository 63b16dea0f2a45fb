internal import CCurl
internal import Synchronization
internal import Waiting

/// Where a request's outcome goes.
enum TransferReply: Sendable {
    case whole(Promise<Result<TransferResponse, TransferError>>)
    case streamed(StreamMailbox, StreamLimits)

    var limits: StreamLimits? {
        guard case .streamed(_, let limits) = self else { return nil }
        return limits
    }

    func fail(_ error: TransferError) {
        switch self {
        case .whole(let answer): answer.fulfill(.failure(error))
        case .streamed(let mailbox, _): mailbox.finish(.failure(error))
        }
    }
}

/// Carries requests and cancellations to the thread that owns every libcurl handle.
final class CurlDriver: Sendable {
    typealias ID = UInt64

    enum Command: Sendable {
        case start(ID, TransferRequest, TransferReply)
        case cancel(ID)
        /// A streamed answer has room again.
        case resume(ID)
        /// Nobody waits for the rest of a streamed answer.
        case release(ID)
    }

    /// At most a few commands wait for each suspended caller, so callers bound it.
    private struct Inbox {
        var commands: [Command] = []
        var isOpen = true
    }

    /// Invariant: made by `init` and from then on touched only by the thread in `run`, which frees it.
    @safe private struct Handle: @unchecked Sendable {
        let multi: UnsafeMutableRawPointer
    }

    private let handle: Handle
    private let configuration: HTTPTransport.Configuration
    private let inbox = Mutex(Inbox())
    private let signal: WakeSignal
    private let lastID = Atomic<ID>(0)

    init(configuration: HTTPTransport.Configuration) throws(TransferError) {
        signal = try WakeSignal()
        guard isLibraryReady, let multi = unsafe curl_multi_init() else {
            throw .unavailable(reason: "libcurl cannot start")
        }
        unsafe handle = Handle(multi: multi)
        self.configuration = configuration
    }

    func makeID() -> ID {
        lastID.wrappingAdd(1, ordering: .relaxed).newValue
    }

    /// Hands a request over, unless the calling task is cancelled or the driver closed.
    func submit(_ request: TransferRequest, as id: ID, reply: TransferReply) {
        if !post(.start(id, request, reply), unless: Task.isCancelled) { reply.fail(.cancelled) }
    }

    func cancel(_ id: ID) {
        _ = post(.cancel(id), unless: false)
    }

    func resume(_ id: ID) {
        _ = post(.resume(id), unless: false)
    }

    func release(_ id: ID) {
        _ = post(.release(id), unless: false)
    }

    /// Makes `run` return.
    func close() {
        inbox.withLock { $0.isOpen = false }
        signal.raise()
    }

    /// Serves requests until `close`, then fails what is open and frees the handle.
    ///
    /// Called once.
    func run() {
        let transfers = unsafe CurlTransfers(multi: handle.multi, configuration: configuration)
        while let commands = takeCommands() {
            transfers.apply(commands)
            transfers.advance()
            transfers.waitForEvents(orReadable: signal.descriptor)
            signal.lower()
        }
        transfers.apply(inbox.withLock { $0.commands })
        transfers.failAll(.cancelled)
        unsafe curl_multi_cleanup(handle.multi)
    }

    private func post(_ command: Command, unless isRefused: @autoclosure () -> Bool) -> Bool {
        let isTaken = inbox.withLock { inbox in
            guard inbox.isOpen, !isRefused() else { return false }
            inbox.commands.append(command)
            return true
        }
        if isTaken { signal.raise() }
        return isTaken
    }

    /// The commands since the last call; `nil` once closed.
    private func takeCommands() -> [Command]? {
        inbox.withLock { inbox in
            guard inbox.isOpen else { return nil }
            defer { inbox.commands = [] }
            return inbox.commands
        }
    }
}

/// libcurl's process-wide start, made once and kept for the life of the process.
private let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
