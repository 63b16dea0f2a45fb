import CThreads
import Glibc

/// A thread of its own for calls that block.
public enum NamedThread {
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Runs `body` on a new thread.
    ///
    /// - Parameter name: For `ps -L`; at most 15 bytes, else the thread keeps the process's name.
    /// - Returns: 0, or the `errno` that says why there is no thread.
    public static func start(_ name: String, _ body: @escaping @Sendable () -> Void) -> Int32 {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                thread_name_current(start.name)
                start.body()
                return nil
            },
            start.toOpaque()
        )
        guard code == 0 else {
            start.release()
            return code
        }

        pthread_detach(thread)
        return 0
    }
}
