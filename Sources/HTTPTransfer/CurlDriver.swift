internal import CCurl
internal import Synchronization

/// Where a request's outcome goes.
typealias TransferReply = CheckedContinuation<Result<TransferResponse, TransferError>, Never>

/// Carries requests and cancellations to the thread that owns every libcurl handle.
final class CurlDriver: Sendable {
    typealias ID = UInt64

    enum Command: Sendable {
        case start(ID, TransferRequest, TransferReply)
        case cancel(ID)
    }

    /// At most two commands wait for each suspended caller, so callers bound it.
    private struct Inbox {
        var commands: [Command] = []
        var isOpen = true
    }

    /// Invariant: `curl_multi_wakeup`, which any thread may call, is called only while `Inbox.isOpen`; all else is
    /// done by the thread in `run`, which frees the handle after the inbox has been closed for good.
    @safe private struct Handle: @unchecked Sendable {
        let multi: UnsafeMutableRawPointer
    }

    private let handle: Handle
    private let configuration: HTTPTransport.Configuration
    private let inbox = Mutex(Inbox())
    private let lastID = Atomic<ID>(0)

    init(configuration: HTTPTransport.Configuration) throws(TransferError) {
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
    ///
    /// The check is made with the inbox locked, so a cancellation is either seen here or queued behind the request.
    func submit(_ request: TransferRequest, as id: ID, reply: TransferReply) {
        if !post(.start(id, request, reply), unless: Task.isCancelled) { reply.resume(returning: .failure(.cancelled)) }
    }

    func cancel(_ id: ID) {
        _ = post(.cancel(id), unless: false)
    }

    /// Makes `run` return.
    func close() {
        inbox.withLock { inbox in
            guard inbox.isOpen else { return }
            inbox.isOpen = false
            unsafe curl_multi_wakeup(handle.multi)
        }
    }

    /// Serves requests until `close`, then fails what is open and frees the handle.
    ///
    /// Called once.
    func run() {
        let transfers = unsafe CurlTransfers(multi: handle.multi, configuration: configuration)
        while let commands = takeCommands() {
            transfers.apply(commands)
            transfers.advance()
            transfers.waitForEvents()
        }
        transfers.apply(inbox.withLock { $0.commands })
        transfers.failAll(.cancelled)
        unsafe curl_multi_cleanup(handle.multi)
    }

    private func post(_ command: Command, unless isRefused: @autoclosure () -> Bool) -> Bool {
        inbox.withLock { inbox in
            guard inbox.isOpen, !isRefused() else { return false }
            inbox.commands.append(command)
            unsafe curl_multi_wakeup(handle.multi)
            return true
        }
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
