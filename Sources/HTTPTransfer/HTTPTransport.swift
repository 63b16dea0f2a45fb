internal import Glibc
public import Release
internal import Synchronization
internal import Waiting

/// Sends HTTP requests and brings their answers.
///
/// All requests share one thread, its connections (kept alive and reused) and HTTP/2 where a TLS server offers it.
/// Redirects are not followed, TLS certificates are always verified, and the usual proxy variables are honoured.
///
/// A request is repeated only when a connection from an earlier request turns out to be closed before any byte of
/// the answer has come, as RFC 9112 section 9.3.1 expects of clients.
public final class HTTPTransport: Sendable {
    public struct Configuration: Equatable, Sendable {
        public var userAgent: String
        /// PEM file of trusted authorities; `nil` means the system's.
        public var certificateFile: String?
        /// Connections kept open between requests.
        public var maxIdleConnections: Int

        /// Trusts the file that the variable `SSL_CERT_FILE` names, when it is set.
        public init(
            userAgent: String = "steno/\(Release.version)",
            certificateFile: String? = Self.certificateFileFromEnvironment,
            maxIdleConnections: Int = 32
        ) {
            self.userAgent = userAgent
            self.certificateFile = certificateFile
            self.maxIdleConnections = maxIdleConnections
        }

        /// What OpenSSL's own variable names: libcurl leaves it to its callers to read.
        public static var certificateFileFromEnvironment: String? {
            guard let value = unsafe getenv("SSL_CERT_FILE") else { return nil }
            let path = unsafe String(cString: value)
            return path.isEmpty ? nil : path
        }
    }

    private let driver: CurlDriver
    private let thread: Mutex<JoinableThread?>

    /// Starts the thread.
    ///
    /// - Throws: `TransferError.unavailable`.
    public init(configuration: Configuration = Configuration()) throws(TransferError) {
        let driver = try CurlDriver(configuration: configuration)
        do {
            thread = Mutex(try JoinableThread(name: "steno-http") { driver.run() })
        } catch {
            driver.close()
            driver.run()
            throw error
        }
        self.driver = driver
    }

    deinit { shutdown() }

    /// Sends `request` and waits for the whole answer.
    ///
    /// Cancelling the task abandons the request and its connection at once.
    public func send(_ request: TransferRequest) async throws(TransferError) -> TransferResponse {
        let id = driver.makeID()
        let answer = Promise<Result<TransferResponse, TransferError>>()
        driver.submit(request, as: id, reply: .whole(answer))
        return try await answer.value(onCancel: { driver.cancel(id) }).get()
    }

    /// Sends `request` and waits for the head of its answer, whose body is then read while it comes.
    ///
    /// The request's own limits hold too: `timeout` until the last byte, and `responseLimit` for all of the body.
    /// Cancelling the task abandons the request and its connection at once.
    public func stream(
        _ request: TransferRequest,
        limits: StreamLimits = StreamLimits()
    ) async throws(TransferError) -> StreamedResponse {
        let id = driver.makeID()
        let mailbox = StreamMailbox(capacity: limits.buffer) { [driver] in driver.resume(id) }
        let abandon: @Sendable () -> Void = { [driver] in
            mailbox.cancel()
            driver.cancel(id)
        }
        driver.submit(request, as: id, reply: .streamed(mailbox, limits))
        let head = await withTaskCancellationHandler {
            await mailbox.head()
        } onCancel: {
            abandon()
        }

        return StreamedResponse(
            try head.get(),
            mailbox,
            from: self,
            abandon: abandon,
            letPass: { [driver] in driver.release(id) }
        )
    }

    /// Ends every open request with `TransferError.cancelled`, closes the connections and joins the thread.
    ///
    /// Later requests fail the same way. Waits for the thread, which never blocks.
    public func shutdown() {
        driver.close()
        thread.withLock { thread in
            guard let running = thread.take() else { return }
            running.join()
        }
    }
}
