/// The beginning of a stream, until it has told what the stream is.
///
/// Bytes that may yet turn out to be no samples wait here: most streams are told by their first byte, none needs more
/// than a few thousand. However long a WAV header is, no more of it is kept than the part that is being read.
struct StreamHead {
    /// What comes next in the stream, with the first bytes of it.
    enum Finding {
        case samples([UInt8])
        case file(WAVFormat, samples: [UInt8])
    }

    private enum State {
        case sniffing
        case header(WAVHeaderReader)
        case over
    }

    private var state = State.sniffing
    private var waiting: [UInt8] = []

    /// - Returns: `nil` while it is open what the bytes are, or as long as a header goes on.
    mutating func take(_ bytes: [UInt8]) throws(AudioRefusal) -> Finding? {
        switch state {
        case .over: return .samples(bytes)
        case .header(let reader): return try read(bytes[...], reader: reader)
        case .sniffing:
            waiting += bytes
            switch StreamKind(sniffing: waiting) {
            case nil: return nil
            case .samples: return .samples(end())
            case .foreign(let container): throw .container(container)
            case .wav:
                let bytes = end()
                return try read(bytes[WAVHeaderReader.markLength...], reader: WAVHeaderReader())
            }
        }
    }

    /// Takes what waits for samples, because nothing more is to come of it.
    ///
    /// A new beginning is awaited; a header goes on.
    mutating func restart() -> [UInt8] {
        if case .header = state { return [] }
        let bytes = end()
        state = .sniffing
        return bytes
    }

    /// Gives what waits.
    private mutating func end() -> [UInt8] {
        let bytes = waiting
        (state, waiting) = (.over, [])
        return bytes
    }

    private mutating func read(
        _ bytes: ArraySlice<UInt8>,
        reader: WAVHeaderReader
    ) throws(AudioRefusal) -> Finding? {
        var (bytes, reader) = (bytes, reader)
        do throws(WAVError) {
            guard let format = try reader.take(&bytes) else {
                state = .header(reader)
                return nil
            }
            state = .over
            return .file(format, samples: Array(bytes))
        } catch {
            throw .header(error)
        }
    }
}
