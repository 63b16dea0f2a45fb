import NIOConcurrencyHelpers
import NIOCore

/// A value that each event loop has one of, made when it is first asked for.
///
/// Loops live as long as the process, and so do the values.
struct LoopLocal<Value>: Sendable {
    private let values = NIOLockedValueBox<[ObjectIdentifier: NIOLoopBound<Value>]>([:])

    /// The value of a loop, which must be the current one.
    func value(of eventLoop: any EventLoop, make: () -> Value) -> Value {
        eventLoop.preconditionInEventLoop()
        return values.withLockedValue { values in
            let id = ObjectIdentifier(eventLoop)
            if let value = values[id] { return value.value }
            let value = make()
            values[id] = NIOLoopBound(value, eventLoop: eventLoop)
            return value
        }
    }
}
