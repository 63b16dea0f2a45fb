/// How far a file has come, and how that looks on one line of a terminal.
struct TranscriptionProgress: Equatable, Sendable {
    var file: String
    /// Audio that the socket has taken.
    var sent = Duration.zero
    /// Length of the audio.
    var total: Duration
    /// Time since the connection was open.
    var elapsed = Duration.zero
    var utterances = 0

    var isSent: Bool { sent >= total }

    /// At most `width` characters: the bar shrinks first, then the name, and at last the end is cut.
    func line(width: Int) -> String {
        let share = total > .zero ? min(1, sent / total) : 1
        let percent = "\(Int(share * 100))%"
        let figures = "  \(String(repeating: " ", count: 4 - percent.count))\(percent)  \(speed)  \(count)"
        let note = isSent ? "  waiting for the last transcripts" : ""
        let name = printable(file)
        let room = width - name.count - figures.count - note.count - 2
        let bar = room >= 5 ? "  " + Self.bar(share, cells: min(room, 24)) : ""
        let kept = max(8, width - figures.count - note.count - bar.count)
        let shortened = name.count > kept ? "…" + name.suffix(kept - 1) : name
        return String((shortened + bar + figures + note).prefix(max(0, width)))
    }

    private var count: String { utterances == 1 ? "1 utterance" : "\(utterances) utterances" }

    /// Audio sent in the time it took, as a multiple of real time.
    private var speed: String {
        guard elapsed > .zero else { return "–×" }
        let tenths = Int((sent / elapsed * 10).rounded())
        return tenths < 1_000 ? "\(tenths / 10).\(tenths % 10)×" : "\(tenths / 10)×"
    }

    private static func bar(_ share: Double, cells: Int) -> String {
        let full = Int(share * Double(cells))
        return String(repeating: "█", count: full) + String(repeating: "░", count: cells - full)
    }
}

/// Decides when a progress line is worth drawing again: ten times a second, and always when something ends.
struct ProgressThrottle {
    private var lastDrawn: Duration?

    mutating func shouldDraw(_ progress: TranscriptionProgress) -> Bool {
        if let lastDrawn, !progress.isSent, progress.elapsed - lastDrawn < .milliseconds(100) { return false }
        lastDrawn = progress.elapsed
        return true
    }
}
