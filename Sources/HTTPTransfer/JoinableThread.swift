internal import CCurl
internal import Glibc

/// A POSIX thread with a name, which runs one function and is joined.
///
/// Signals stay with the other threads. Above all SIGPIPE is blocked: OpenSSL writes to sockets that may be closed.
struct JoinableThread: ~Copyable, Sendable {
    private let thread: pthread_t

    /// - Parameter name: At most 15 bytes, as `ps -L` shows it.
    init(name: String, _ body: @escaping @Sendable () -> Void) throws(TransferError) {
        let start = unsafe Unmanaged.passRetained(ThreadStart(name: name, body: body))
        var thread = pthread_t()
        var blocked = sigset_t()
        var previous = sigset_t()
        unsafe sigfillset(&blocked)

        // These report a crash of this very thread.
        for signal in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP] { unsafe sigdelset(&blocked, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &blocked, &previous)
        let code = unsafe pthread_create(&thread, nil, runThread, start.toOpaque())
        unsafe pthread_sigmask(SIG_SETMASK, &previous, nil)
        guard code == 0 else {
            unsafe start.release()
            throw .unavailable(reason: "no thread for HTTP, error \(code)")
        }

        self.thread = thread
    }

    /// Waits for the function to return.
    consuming func join() {
        pthread_join(thread, nil)
    }
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    let start = unsafe Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
    unsafe pthread_setname_np(pthread_self(), start.name)
    start.body()
    return nil
}
