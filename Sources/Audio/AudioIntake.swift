/// Turns the bytes that a client sends into samples at `SampleClock.rate`.
///
/// Messages may split a sample: its first bytes wait for the next message. The format may change with any message.
///
/// Clients send whole WAV files. A header at the start of a stream is skipped however long it is, and what it says counts
/// for what follows, until a client says something else.
public struct AudioIntake {
    /// Rates of PCM16 that a client may use, in samples per second.
    public static let rates = 8_000...48_000

    /// Why nothing is taken until `reset()`.
    ///
    /// No sample comes of bytes that are refused, so that none is counted.
    public private(set) var refusal: AudioRefusal?

    private var head = StreamHead()
    /// What the bytes that wait in `head` are when they are samples.
    private var waitingFormat: AudioFormat?
    /// What a header said that the audio is.
    private var file: WAVStream?
    private var lowByte: UInt8?
    /// Of the rates that were used last, the latest at the end: to make a new one costs as much as ten appends.
    private(set) var resamplers: [Resampler] = []

    private static let maximumResamplers = 4

    public init() {}

    /// Appends the samples that are ready, at `SampleClock.rate`.
    ///
    /// - Parameters:
    ///   - format: What `bytes` are; the rate of PCM16 is in `rates`.
    ///   - isNamed: Whether the client said so. A header that says otherwise is then refused; else it counts.
    public mutating func append(
        _ bytes: [UInt8],
        format: AudioFormat,
        isNamed: Bool = false,
        to samples: inout [Int16]
    ) {
        guard !bytes.isEmpty, refusal == nil else { return }

        if waitingFormat != nil, waitingFormat != format { restart(into: &samples) }
        waitingFormat = nil
        do throws(AudioRefusal) {
            switch try head.take(bytes) {
            case nil: waitingFormat = format
            case .samples(let bytes):
                if isNamed, let file, !file.format.agrees(with: format) { leaveFile(into: &samples) }
                decode(bytes, format: format, to: &samples)
            case .file(let header, let bytes):
                leaveFile(into: &samples)
                lowByte = nil
                file = try WAVStream(header, named: isNamed ? format : nil)
                decode(bytes, format: format, to: &samples)
            }
        } catch {
            refusal = error
        }
    }

    /// Appends what is still held back; what comes next begins a new stream.
    ///
    /// The first bytes of a split sample go on waiting: a client may commit between two messages that split it.
    public mutating func drain(into samples: inout [Int16]) {
        guard refusal == nil else { return }
        restart(into: &samples)
        mixRest(into: &samples)
        endResampling(into: &samples)
    }

    /// Forgets everything that has not come out yet, but not what a header said: the rest of its file may follow.
    public mutating func reset() {
        var lost: [Int16] = []
        endResampling(into: &lost)
        file?.reset()
        (head, waitingFormat, lowByte, refusal) = (StreamHead(), nil, nil, nil)
    }

    /// Takes the bytes of which it is open what they are for samples.
    private mutating func restart(into samples: inout [Int16]) {
        let bytes = head.restart()
        if let format = waitingFormat.take() { decode(bytes, format: format, to: &samples) }
    }

    private mutating func leaveFile(into samples: inout [Int16]) {
        mixRest(into: &samples)
        file = nil
    }

    private mutating func mixRest(into samples: inout [Int16]) {
        guard let rate = file?.format.sampleRate else { return }
        convert(from: rate, to: &samples) { intake, samples in intake.file?.drain(into: &samples) }
    }

    private mutating func decode(_ bytes: [UInt8], format: AudioFormat, to samples: inout [Int16]) {
        convert(from: file?.format.sampleRate ?? format.rate, to: &samples) { intake, samples in
            if intake.file == nil {
                intake.decodeUnpacked(bytes[...], format, to: &samples)
            } else {
                intake.file?.append(bytes, to: &samples)
            }
        }
    }

    /// Appends what `decode` appends, from another rate.
    private mutating func convert(
        from rate: Int,
        to samples: inout [Int16],
        _ decode: (inout AudioIntake, inout [Int16]) -> Void
    ) {
        if rate == SampleClock.rate {
            endResampling(into: &samples)
            decode(&self, &samples)
        } else {
            var input: [Int16] = []
            decode(&self, &input)
            resampler(from: rate, into: &samples)?.process(input, into: &samples)
        }
    }

    private mutating func decodeUnpacked(
        _ bytes: ArraySlice<UInt8>,
        _ format: AudioFormat,
        to samples: inout [Int16]
    ) {
        switch format {
        case .pcm16: appendPCM(bytes, to: &samples)
        case .muLaw: appendCodes(bytes, table: G711.muLaw, to: &samples)
        case .aLaw: appendCodes(bytes, table: G711.aLaw, to: &samples)
        }
    }

    private mutating func appendPCM(_ bytes: ArraySlice<UInt8>, to samples: inout [Int16]) {
        var bytes = bytes
        if let low = lowByte, let high = bytes.popFirst() {
            samples.append(Int16(bitPattern: UInt16(low) | UInt16(high) << 8))
            lowByte = nil
        }

        let count = bytes.count / 2
        bytes.withUnsafeBytes { bytes in
            // Whole samples lie in memory as they are sent; only behind a split one may they be unaligned.
            let pcm = UnsafeRawBufferPointer(rebasing: bytes[..<(2 * count)])
            if Int(bitPattern: pcm.baseAddress) % 2 == 0 {
                samples.append(contentsOf: pcm.assumingMemoryBound(to: Int16.self))
            } else {
                samples.append(
                    contentsOf: (0..<count).lazy.map { pcm.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self) }
                )
            }
        }

        if bytes.count % 2 == 1 { lowByte = bytes.last }
    }

    /// One sample per byte; half a PCM16 sample that waits has lost its other half.
    private mutating func appendCodes(_ bytes: ArraySlice<UInt8>, table: [Int16], to samples: inout [Int16]) {
        lowByte = nil
        samples.append(contentsOf: bytes.lazy.map { table[Int($0)] })
    }

    /// The resampler for `rate`; one for another rate gives its last samples first.
    private mutating func resampler(from rate: Int, into samples: inout [Int16]) -> Resampler? {
        if let resampler = resamplers.last, resampler.rate == rate { return resampler }
        endResampling(into: &samples)
        if let index = resamplers.firstIndex(where: { $0.rate == rate }) {
            resamplers.append(resamplers.remove(at: index))
        } else {
            // soxr takes every rate in `rates`; it refuses only when memory is gone.
            guard let resampler = try? Resampler(from: rate) else { return nil }
            if resamplers.count == Self.maximumResamplers { resamplers.removeFirst() }
            resamplers.append(resampler)
        }

        return resamplers.last
    }

    private mutating func endResampling(into samples: inout [Int16]) {
        resamplers.last?.drain(into: &samples)
    }
}
