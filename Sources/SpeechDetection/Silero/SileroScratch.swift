/// Where the layers of one forward pass leave their results: memory that is needed only while a frame is scored.
struct SileroScratch {
    /// Four spectra of 129 magnitudes.
    let spectra: UnsafeMutablePointer<Float>
    /// Four columns of 128 channels.
    let first: UnsafeMutablePointer<Float>
    /// Two columns of 64 channels.
    let second: UnsafeMutablePointer<Float>
    /// One column of 64 channels.
    let third: UnsafeMutablePointer<Float>
    /// 128 inputs of the recurrent layer, then its 128 hidden values.
    let recurrent: UnsafeMutablePointer<Float>
    /// 512 gates.
    let gates: UnsafeMutablePointer<Float>

    /// Lends a scratch to `body`.
    static func with<Result>(_ body: (SileroScratch) -> Result) -> Result {
        // The spectra take 516 floats; what follows them is aligned to vectors of sixteen.
        let sizes = (spectra: 528, first: 512, second: 128, third: 64, recurrent: 256, gates: 512)
        let count = sizes.spectra + sizes.first + sizes.second + sizes.third + sizes.recurrent + sizes.gates
        let stride = MemoryLayout<Float>.stride
        return withUnsafeTemporaryAllocation(byteCount: stride * count, alignment: 64) { space in
            let spectra = space.bindMemory(to: Float.self)
            spectra.initialize(repeating: 0)
            guard let base = spectra.baseAddress else { preconditionFailure("There is room for at least one float") }
            let first = base + sizes.spectra
            let second = first + sizes.first
            let third = second + sizes.second
            let recurrent = third + sizes.third
            let gates = recurrent + sizes.recurrent
            return body(
                SileroScratch(
                    spectra: base,
                    first: first,
                    second: second,
                    third: third,
                    recurrent: recurrent,
                    gates: gates
                )
            )
        }
    }
}
