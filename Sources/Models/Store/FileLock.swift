import Foundation

/// A lock between processes (`flock`), which the system takes away from one that ends.
struct FileLock {
    private let file: Int32

    /// Waits until the lock is free.
    ///
    /// - Parameter wait: Called when another has it, with the number of times before; ends the wait by throwing.
    init(path: String, wait: (Int) throws(ModelError) -> Void) throws(ModelError) {
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .cannotWrite(path: path, reason: FileSystem.systemReason) }
        var attempts = 0
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                defer { close(file) }
                throw .cannotWrite(path: path, reason: FileSystem.systemReason)
            }
            do {
                try wait(attempts)
            } catch {
                close(file)
                throw error
            }
            attempts += 1
            // A blocking flock could not be cancelled.
            usleep(100_000)
        }
    }

    /// The file stays: a second process may wait with it open already.
    func unlock() { close(file) }
}
