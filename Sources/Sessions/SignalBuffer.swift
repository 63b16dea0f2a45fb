import Audio

/// The samples of a stream that may still be needed, as the transcriber hears them and as the detector does.
///
/// Both are one signal unless only one of the two gets it enhanced; then they are aligned sample by sample. A sample is
/// here, and counts, once both are known, which is up to 16 ms late while the signal is enhanced.
struct SignalBuffer {
    /// As the transcriber hears it.
    private var heard = SampleBuffer()
    /// As the detector hears it, where that is something else.
    private var scored: SampleBuffer?
    private var enhancement: AudioEnhancement
    private var enhancer: AudioEnhancer?
    /// Samples as they came whose enhanced ones have not come out; only while the two signals differ.
    private var original: [Int16] = []

    init(_ enhancement: AudioEnhancement) {
        self.enhancement = enhancement
        start(enhancement, scoredFrom: 0)
    }

    /// The position of the first sample that is still here.
    var start: SamplePosition { heard.start }
    var end: SamplePosition { heard.end }

    /// What the transcriber hears at `range`, which must be here.
    func copy(_ range: Range<SamplePosition>) -> [Int16] { heard.copy(range) }

    /// Lets `body` see what the detector hears at `range`, which must be here.
    func withScored<Result>(_ range: Range<SamplePosition>, _ body: (Span<Int16>) -> Result) -> Result {
        (scored ?? heard).withSamples(range, body)
    }

    /// Takes the samples that `write` appends.
    mutating func append(_ write: (inout [Int16]) -> Void) {
        guard let enhancer else { return heard.append(write) }
        var samples: [Int16] = []
        write(&samples)
        if scored != nil { original += samples }
        take { enhancer.process(samples, into: &$0) }
    }

    /// Takes what the enhancer holds back.
    mutating func drain() {
        guard let enhancer else { return }
        take { enhancer.drain(into: &$0) }
    }

    /// Forgets what the enhancer holds back, and what it learned.
    mutating func reset() {
        enhancer?.reset()
        original.removeAll(keepingCapacity: true)
    }

    /// Enhances differently from here on.
    ///
    /// - Parameter position: The detector has heard what is before it.
    mutating func setEnhancement(_ enhancement: AudioEnhancement, scoredTo position: SamplePosition) {
        guard enhancement != self.enhancement else { return }
        drain()
        start(enhancement, scoredFrom: position)
    }

    /// Drops what lies before `position`, and what the detector has heard.
    mutating func drop(before position: SamplePosition, scoredTo scoredEnd: SamplePosition) {
        heard.drop(before: position)
        scored?.drop(before: scoredEnd)
    }

    private mutating func start(_ enhancement: AudioEnhancement, scoredFrom position: SamplePosition) {
        self.enhancement = enhancement
        // It fails only when memory is gone; the audio is then as it came.
        enhancer = enhancement.isActive ? try? AudioEnhancer(enhancement) : nil
        guard enhancer != nil, enhancement.listener != .both else { return scored = nil }
        // The frame that is not whole yet begins with samples of before.
        let known = max(position, heard.start)
        scored = SampleBuffer(start: known, samples: heard.copy(known..<heard.end))
    }

    private mutating func take(_ write: (inout [Int16]) -> Void) {
        guard scored != nil else { return heard.append(write) }

        var enhanced: [Int16] = []
        write(&enhanced)
        let plain = original.prefix(enhanced.count)
        switch enhancement.listener {
        case .detector:
            scored?.append { $0 += enhanced }
            heard.append { $0 += plain }
        case .transcriber, .both:
            scored?.append { $0 += plain }
            heard.append { $0 += enhanced }
        }

        original.removeFirst(enhanced.count)
    }
}
