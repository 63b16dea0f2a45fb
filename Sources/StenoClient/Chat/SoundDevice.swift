import Audio
import CPortAudio
import Waiting

/// A stream of the machine's sound: a microphone, or a loudspeaker.
///
/// `@unchecked Sendable`: the handle is read or written by one call at a time, since the actor that owns this awaits
/// each call before it makes the next.
private final class SoundStream: @unchecked Sendable {
    private let handle: OpaquePointer
    /// Samples per second of the device.
    let rate: Int

    /// What the protocol uses first, then what every device has.
    private static let rates = [RealtimeMessage.sampleRate, 48_000, 44_100]

    /// Throws `StenoClientError.noSound`.
    init(_ direction: sound_direction) throws(StenoClientError) {
        guard SoundSystem.status != SOUND_NO_LIBRARY else {
            throw .noSound(reason: "Sound needs PortAudio, which is not installed (Debian's libportaudio2)")
        }

        let name = direction == SOUND_MICROPHONE ? "microphone" : "loudspeaker"
        var status = SoundSystem.status
        for rate in Self.rates where status == SOUND_OK || status == SOUND_BAD_RATE {
            var stream: OpaquePointer?
            status = sound_stream_open(direction, Double(rate), &stream)
            if let stream {
                (handle, self.rate) = (stream, rate)
                return
            }
        }

        let reason = String(cString: sound_last_error())
        throw .noSound(reason: "There is no \(name) that can be used" + (reason.isEmpty ? "" : " (\(reason))"))
    }

    deinit { sound_stream_close(handle) }

    /// A thread for the calls to a device, which wait until it has taken or given its samples.
    static func thread(_ name: String) throws(StenoClientError) -> WorkerThreads {
        do {
            return try WorkerThreads(count: 1, name: name)
        } catch {
            throw .noSound(reason: "The system gives no thread for sound (\(systemMessage(error.code)))")
        }
    }

    func read(_ count: Int) throws(StenoClientError) -> [Int16] {
        var samples = [Int16](repeating: 0, count: count)
        try Self.check(sound_stream_read(handle, &samples, UInt(count)))
        return samples
    }

    func write(_ samples: [Int16]) throws(StenoClientError) {
        try Self.check(sound_stream_write(handle, samples, UInt(samples.count)))
    }

    func drop() throws(StenoClientError) {
        try Self.check(sound_stream_drop(handle))
    }

    private static func check(_ status: sound_status) throws(StenoClientError) {
        guard status == SOUND_OK else {
            throw .noSound(reason: "The sound device has failed (\(String(cString: sound_last_error())))")
        }
    }
}

private enum SoundSystem {
    /// Of the one start that there is in a process.
    static let status = sound_open()
}

/// The machine's microphone.
actor SoundMicrophone: ChatMicrophone {
    private let stream: SoundStream
    private let resampler: Resampler?
    private let threads: WorkerThreads

    /// Throws `StenoClientError.noSound`.
    init() throws {
        stream = try SoundStream(SOUND_MICROPHONE)
        threads = try SoundStream.thread("microphone")
        resampler =
            stream.rate == RealtimeMessage.sampleRate
            ? nil : try Resampler(from: stream.rate, to: RealtimeMessage.sampleRate)
    }

    func read() async throws -> ChatSound {
        let stream = stream
        let heard = try await threads.run { Result { try stream.read(stream.rate / 25) } }.get()
        guard let resampler else { return ChatSound(samples: heard) }
        var samples: [Int16] = []
        resampler.process(heard, into: &samples)
        return ChatSound(samples: samples)
    }
}

/// The machine's loudspeaker.
actor SoundLoudspeaker: ChatLoudspeaker {
    private let stream: SoundStream
    private let resampler: Resampler?
    private let threads: WorkerThreads
    private var isHushed = false

    /// Throws `StenoClientError.noSound`.
    init() throws {
        stream = try SoundStream(SOUND_LOUDSPEAKER)
        threads = try SoundStream.thread("loudspeaker")
        resampler =
            stream.rate == RealtimeMessage.sampleRate
            ? nil : try Resampler(from: RealtimeMessage.sampleRate, to: stream.rate)
    }

    /// Played where there is nothing to play, so that the clock of what is heard goes on.
    private static let silence = [Int16](repeating: 0, count: playedPiece)

    func play(_ samples: [Int16]) async throws {
        let (stream, isHushed) = (stream, isHushed)
        self.isHushed = false

        // What was handed over just before is dropped with the rest: it was on its way when the user spoke.
        let sound = isHushed ? [] : converted(samples.isEmpty ? Self.silence : samples)
        let played = await threads.run {
            Result {
                if isHushed { try stream.drop() }
                if !sound.isEmpty { try stream.write(sound) }
            }
        }

        try played.get()
    }

    /// Takes effect with the piece that is written next, 20 ms later at most.
    func hush() { isHushed = true }

    private func converted(_ samples: [Int16]) -> [Int16] {
        guard let resampler else { return samples }
        var converted: [Int16] = []
        resampler.process(samples, into: &converted)
        return converted
    }
}
