import NIOCore

/// The one timer of a handler that carries out a watch: it makes sure that a look at the connection happens in time.
///
/// Belongs to its handler's event loop.
final class LookTimer {
    private var next: (task: Scheduled<Void>, due: ContinuousClock.Instant)?

    /// Looks by `due` at the latest; a look that comes earlier than that schedules the next.
    func schedule(by due: ContinuousClock.Instant, on eventLoop: any EventLoop, _ look: @escaping () -> Void) {
        if let next, next.due <= due { return }
        cancel()
        let delay = max(due - .now, .milliseconds(1))
        let task = eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) {
            self.next = nil
            look()
        }
        next = (task, due)
    }

    func cancel() {
        next?.task.cancel()
        next = nil
    }
}

extension ChannelHandlerContext {
    /// Bytes that were written and that the kernel has not taken.
    var pendingBytes: Int {
        let pending = try? channel.syncOptions?.getOption(.bufferedWritableBytes)
        return pending ?? 0
    }
}
