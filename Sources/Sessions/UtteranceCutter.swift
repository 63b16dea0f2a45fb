import Audio
import SpeechDetection
import Transcription

/// The part of a session that needs no time: commands in, utterances and immediate answers out.
struct UtteranceCutter {
    /// What a command brought about, in order.
    enum Output: Equatable {
        case utterance(Utterance)
        /// A commit in which no speech was heard: an empty transcript, in its turn, without asking an engine.
        case silence(SessionEvent.Item)
        /// A commit that was refused, in its turn.
        case refused(ClientError)
        /// An answer that does not wait for its turn.
        case immediate(ClientError)
    }

    /// The least that a commit may be asked for: 100 ms.
    static let minimumCommit = SampleClock.samples(milliseconds: 100)

    private(set) var settings: SessionSettings
    private var intake = AudioIntake()
    private var buffer = SampleBuffer()
    private var segmenter: Segmenter
    private let detector: any VoiceActivityDetector
    private let account: AudioAccount
    private let makeID: () -> String

    init(
        settings: SessionSettings,
        detector: any VoiceActivityDetector,
        account: AudioAccount,
        makeID: @escaping () -> String
    ) {
        self.settings = settings
        self.detector = detector
        self.account = account
        self.makeID = makeID
        segmenter = Segmenter(
            frameLength: detector.frameLength,
            turnDetection: settings.turnDetection,
            maximumUtterance: settings.maximumUtterance
        )
    }

    /// Samples that are in no utterance yet.
    var buffered: Int { buffer.count }

    mutating func handle(_ command: ClientCommand) -> [Output] {
        switch command {
        case .append(let audio, let rate): return append(audio, rate: rate ?? settings.sampleRate)
        case .commit(let eventID): return commit(eventID: eventID)
        case .clear:
            clear()
            return []
        case .update(let update):
            settings.apply(update)
            segmenter.setTurnDetection(settings.turnDetection)
            segmenter.maximumUtterance = settings.maximumUtterance
            return []
        case .invalid(let error): return [.immediate(error)]
        }
    }

    /// Ends the stream: the open utterance comes out, the rest is silence.
    mutating func finish() -> [Output] {
        var outputs = drain()
        if case .ended(let range, _) = segmenter.finish(at: buffer.end) {
            if settings.turnDetection == nil, range.count < Self.minimumCommit {
                discard(before: range.upperBound, .tooShort)
            } else {
                outputs.append(take(range))
            }
        }
        discard(before: buffer.end, .silence)
        return outputs
    }

    /// Gives up what is buffered because the client is gone.
    mutating func abandon() -> [Output] {
        discard(before: buffer.end, .disconnected)
        return []
    }

    private mutating func append(_ audio: [UInt8], rate: Int) -> [Output] {
        receive { intake, samples in intake.append(audio, rate: rate, to: &samples) }
    }

    private mutating func drain() -> [Output] {
        receive { intake, samples in intake.drain(into: &samples) }
    }

    /// Books what the intake gives, and cuts.
    private mutating func receive(_ take: (inout AudioIntake, inout [Int16]) -> Void) -> [Output] {
        let before = buffer.count
        buffer.append { take(&intake, &$0) }
        account.receive(buffer.count - before)
        return scan()
    }

    private mutating func commit(eventID: String?) -> [Output] {
        let outputs = drain()
        let (range, hasSpeech) = segmenter.pending(at: buffer.end)
        guard range.count >= Self.minimumCommit else {
            let have = SampleClock.milliseconds(at: SamplePosition(range.count))
            let message = "A commit needs at least 100 ms of audio; \(have) ms are buffered. Append more first."
            return outputs + [.refused(ClientError(.commitEmpty, message, eventID: eventID))]
        }
        segmenter.restart(at: range.upperBound)
        guard hasSpeech else {
            let item = item(range)
            discard(before: range.upperBound, .silence)
            return outputs + [.silence(item)]
        }
        return outputs + [take(range)]
    }

    private mutating func clear() {
        intake.reset()
        segmenter.restart(at: buffer.end)
        detector.reset()
        discard(before: buffer.end, .cleared)
    }

    /// Runs the detector over the frames that are whole, and cuts.
    private mutating func scan() -> [Output] {
        var outputs: [Output] = []
        if settings.turnDetection == nil {
            outputs += take(segmenter.advance(by: Int(buffer.end - segmenter.position)))
        }
        let frame = SamplePosition(detector.frameLength)
        while settings.turnDetection != nil, buffer.end - segmenter.position >= frame {
            let score = buffer.withSamples(segmenter.position..<segmenter.position + frame, detector.score)
            outputs += take(segmenter.advance(score: score))
        }
        discard(before: segmenter.settled, .silence)
        return outputs
    }

    private mutating func take(_ events: [Segmenter.Event]) -> [Output] {
        events.compactMap { event in
            guard case .ended(let range, _) = event else { return nil }
            return take(range)
        }
    }

    private mutating func take(_ range: Range<SamplePosition>) -> Output {
        discard(before: range.lowerBound, .silence)
        let samples = buffer.copy(range)
        _ = buffer.drop(before: range.upperBound)
        let request = TranscriptionRequest(samples: samples, language: settings.language, prompt: settings.prompt)
        let audio = settings.includesAudio ? samples : nil
        return .utterance(Utterance(item: .init(id: makeID(), range: range, audio: audio), request: request))
    }

    private func item(_ range: Range<SamplePosition>) -> SessionEvent.Item {
        SessionEvent.Item(id: makeID(), range: range, audio: settings.includesAudio ? buffer.copy(range) : nil)
    }

    private mutating func discard(before position: SamplePosition, _ reason: AudioLedger.DiscardReason) {
        let count = buffer.drop(before: position)
        if count > 0 { account.discard(count, reason) }
    }
}

/// Speech that was cut out of a stream, and what to ask an engine about it.
struct Utterance: Equatable, Sendable {
    var item: SessionEvent.Item
    var request: TranscriptionRequest
}
