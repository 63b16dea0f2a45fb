extension AudioEnhancement {
    /// A whole recording as the voice activity detector hears it, sample for sample; mono, at `SampleClock.rate`.
    public func heardByDetector(_ samples: [Int16]) -> [Int16] {
        // It fails only when memory is gone; the audio is then as it came.
        guard isActive, listener != .transcriber, let enhancer = try? AudioEnhancer(self) else { return samples }
        var enhanced: [Int16] = []
        enhanced.reserveCapacity(samples.count)
        enhancer.process(samples, into: &enhanced)
        enhancer.drain(into: &enhanced)
        return enhanced
    }
}
