extension G711 {
    /// The mu-law code whose sample is nearest.
    public static func encodeMuLaw(_ sample: Int16) -> UInt8 { muLawCodes[Int(sample) + 32_768] }

    /// The A-law code whose sample is nearest.
    public static func encodeALaw(_ sample: Int16) -> UInt8 { aLawCodes[Int(sample) + 32_768] }

    private static let muLawCodes = codes(of: muLaw)
    private static let aLawCodes = codes(of: aLaw)

    /// The code nearest to every sample; of two that are as near, the louder one.
    private static func codes(of samples: [Int16]) -> [UInt8] {
        // Of the two zeros of mu-law the positive one is sent, which is the later code.
        let order = samples.indices.sorted { (samples[$0], $0) < (samples[$1], $1) }
        var next = 0
        return (-32_768...32_767).map { sample in
            func distance(_ index: Int) -> Int { abs(Int(samples[order[index]]) - sample) }
            while next + 1 < order.count, distance(next + 1) < distance(next) || isTie(next, sample) { next += 1 }
            return UInt8(order[next])
        }
        func isTie(_ index: Int, _ sample: Int) -> Bool {
            let (low, high) = (Int(samples[order[index]]), Int(samples[order[index + 1]]))
            return low == high || (sample > 0 && high - sample == sample - low)
        }
    }
}

extension AudioFormat {
    /// Samples at this format's rate as bytes of it.
    public func bytes(_ samples: [Int16]) -> [UInt8] {
        switch self {
        case .pcm16: PCM16.bytes(samples)
        case .muLaw: samples.map(G711.encodeMuLaw)
        case .aLaw: samples.map(G711.encodeALaw)
        }
    }
}
