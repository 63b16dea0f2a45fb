/// What is shown of a pull: a bar that is drawn again, or a line now and then.
public struct PullProgress {
    private let name: String
    /// Columns of the terminal, or `nil` where there is none.
    private let columns: Int?
    private var start: (time: Duration, bytes: Int)?
    private var lastShown: Duration?
    private var isBarOpen = false

    public init(name: String, columns: Int?) {
        self.name = name
        self.columns = columns
    }

    /// What to print for an event at a time, which counts from anywhere, or `nil` for nothing.
    ///
    /// A bar begins with a carriage return; all other text ends with a line break.
    public mutating func text(_ event: PullEvent, at now: Duration) -> String? {
        switch event {
        case .waiting: return line("another process fetches it; waiting for that")
        case .connecting(let host, 0): return line("fetching from \(host)")
        case .connecting(let host, let offset):
            return line("fetching from \(host), of which \(ByteCount.text(offset)) are there")
        case .startedOver: return line("the server cannot resume; starting over")
        case .checking: return line("checking")
        case .unpacking: return line("unpacking")
        case .received(let bytes, let total): return received(bytes, total: total, at: now)
        }
    }

    /// What takes the cursor to a line of its own, if it stands behind a bar.
    public mutating func lineBreak() -> String {
        defer { isBarOpen = false }
        return isBarOpen ? "\n" : ""
    }

    private mutating func received(_ bytes: Int, total: Int?, at now: Duration) -> String? {
        let start = start ?? (now, bytes)
        self.start = start
        let isLast = bytes == total
        let pause: Duration = columns == nil ? .seconds(3) : .milliseconds(200)
        if let lastShown, now - lastShown < pause, !isLast { return nil }
        lastShown = now

        let seconds = (now - start.time) / .seconds(1)
        let rate = seconds > 0 ? ", \(ByteCount.text(Int(Double(bytes - start.bytes) / seconds)))/s" : ""
        guard let total, total > 0 else { return show("\(ByteCount.text(bytes))\(rate)") }
        let figures = "\(bytes * 100 / total) % of \(ByteCount.text(total))\(rate)"
        guard let columns else { return show(figures) }

        let room = min(40, columns - name.count - figures.count - 6)
        guard room > 4 else { return show(figures) }
        let full = room * bytes / total
        let bar = String(repeating: "#", count: full) + String(repeating: "-", count: room - full)
        return show("[\(bar)] \(figures)")
    }

    /// `ESC [ K` clears what a longer bar left behind it.
    private mutating func show(_ text: String) -> String {
        isBarOpen = columns != nil
        return isBarOpen ? "\r\(name): \(text)\u{1B}[K" : "\(name): \(text)\n"
    }

    private mutating func line(_ text: String) -> String { lineBreak() + "\(name): \(text)\n" }
}
