import Audio
import SpeechDetection
import Transcription

/// Audio that a client sends within an item, apart from the stream.
///
/// It takes the same way as the stream's: decoded, enhanced and heard by a detector of its own, piece by piece.
struct SpokenItems {
    /// The audio of the item that comes next.
    private var audio: AudioPath?
    private var open: [RequestID: SessionEvent.Item] = [:]
    /// Samples of the items whose transcripts have not been told.
    private(set) var waiting = 0

    /// Samples that wait for their item.
    var held: Int { audio.map { Int($0.end - $0.start) } ?? 0 }

    /// Whether no item waits for its transcript.
    var isEmpty: Bool { open.isEmpty }

    /// Takes a piece of the next item's audio; what is longer than a turn may be is not kept.
    mutating func append(
        _ bytes: [UInt8],
        _ settings: SessionSettings,
        detector: () -> any VoiceActivityDetector
    ) {
        // Taken out, as a copy would copy its samples.
        var audio = audio.take() ?? AudioPath(detector: detector(), enhancement: settings.enhancement)
        if audio.end <= settings.maximumCommit {
            audio.append(bytes, format: settings.inputFormat, isNamed: settings.hasNamedFormat)
            while audio.nextFrame() != nil {}
        }
        self.audio = audio
    }

    /// The whole audio of the next item; `nil` where none has come.
    mutating func takeAudio() -> AudioPath? {
        guard var audio = audio.take() else { return nil }
        audio.drain()
        while audio.nextFrame() != nil {}
        return audio
    }

    /// An item waits for what the engine says to `request`.
    mutating func add(_ item: SessionEvent.Item, request: RequestID) {
        open[request] = item
        waiting += item.range.count
    }

    /// The item that waited for this request, if one did.
    mutating func settle(_ request: RequestID) -> SessionEvent.Item? {
        guard let item = open.removeValue(forKey: request) else { return nil }
        waiting -= item.range.count
        return item
    }

    /// Forgets everything.
    ///
    /// - Returns: The samples of the items whose transcripts have not come.
    mutating func abandon() -> [Int] {
        let counts = open.values.map(\.range.count)
        self = SpokenItems()
        return counts
    }
}

/// Takes everything for speech, where no detector can be had.
final class CredulousDetector: VoiceActivityDetector {
    let frameLength = 512

    func score(_ frame: Span<Int16>) -> Float { 1 }

    func reset() {}
}
