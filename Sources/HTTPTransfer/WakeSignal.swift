internal import Glibc

/// Wakes the driver's thread from its wait on sockets.
///
/// Not `curl_multi_wakeup`, which needs a handle that is not yet freed: it would have to be called with the inbox
/// locked, and so wake a thread that at once waits for that lock.
struct WakeSignal: ~Copyable, Sendable {
    /// Readable once `raise` was called.
    let descriptor: Int32
    private let writing: Int32

    init() throws(TransferError) {
        var ends: [Int32] = [-1, -1]
        let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        guard unsafe socketpair(AF_UNIX, Int32(type), 0, &ends) == 0 else {
            throw .unavailable(reason: "no sockets for HTTP, error \(errno)")
        }
        descriptor = ends[0]
        writing = ends[1]
    }

    /// Any thread may call it; one that is full wakes as well.
    func raise() {
        var byte: UInt8 = 1
        _ = unsafe write(writing, &byte, 1)
    }

    /// Makes `descriptor` quiet again.
    func lower() {
        unsafe withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { bytes in
            while unsafe read(descriptor, bytes.baseAddress, bytes.count) == bytes.count {}
        }
    }

    deinit {
        close(descriptor)
        close(writing)
    }
}
