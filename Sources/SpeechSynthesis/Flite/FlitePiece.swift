import CFlite
import Synchronization

/// A piece of text that one thread speaks.
struct FlitePiece: Sendable {
    /// What tells the thread that nobody wants the piece any more.
    final class Cancellation: Sendable {
        private let flag = Atomic(false)

        var isCancelled: Bool { flag.load(ordering: .relaxed) }

        func cancel() { flag.store(true, ordering: .relaxed) }
    }

    let text: FliteText
    let voice: FliteVoice
    let speed: Double
    let cancellation = Cancellation()
    let deliver: @Sendable (SynthesizedAudio) -> Void

    /// Blocks until the piece is spoken, or, once cancelled, until flite has audio of 50 ms.
    func speak() -> Result<Void, SynthesisError> {
        guard !cancellation.isCancelled else { return .failure(.cancelled) }

        let reception = Reception(deliver: deliver, cancellation: cancellation)
        let status = speech_speak(
            voice.code,
            text.ascii,
            Float(1 / speed),
            { context, samples, count, rate in
                guard let context, let samples else { return false }
                let reception = Unmanaged<Reception>.fromOpaque(context).takeUnretainedValue()
                return reception.take(UnsafeBufferPointer(start: samples, count: count), rate: Int(rate))
            },
            Unmanaged.passUnretained(reception).toOpaque()
        )
        switch status {
        case SPEECH_OK:
            reception.finish()
            return .success(())
        case SPEECH_STOPPED: return .failure(.cancelled)
        default: return .failure(.engineFailed)
        }
    }

    /// What the callback has in hand.
    private final class Reception {
        private let deliver: @Sendable (SynthesizedAudio) -> Void
        private let cancellation: Cancellation
        private var trimmer: SilenceTrimmer?
        private var rate = FliteSynthesizer.rate

        init(deliver: @escaping @Sendable (SynthesizedAudio) -> Void, cancellation: Cancellation) {
            self.deliver = deliver
            self.cancellation = cancellation
        }

        /// Whether more is wanted.
        func take(_ samples: UnsafeBufferPointer<Int16>, rate: Int) -> Bool {
            guard !cancellation.isCancelled else { return false }
            self.rate = rate
            var trimmer = trimmer ?? SilenceTrimmer(rate: rate)
            hand(trimmer.take(samples))
            self.trimmer = trimmer
            return true
        }

        func finish() { hand(trimmer?.finish() ?? []) }

        private func hand(_ samples: [Int16]) {
            guard !samples.isEmpty else { return }
            deliver(SynthesizedAudio(samples: samples, rate: rate))
        }
    }
}
