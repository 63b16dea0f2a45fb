/// Reads the header of a WAV file that comes in pieces, up to the first sample.
struct WAVHeaderReader {
    /// What comes before the first chunk: `RIFF`, a size, `WAVE`.
    static let markLength = 12

    /// Room for pictures and titles; a header beyond it has lost its way and would swallow the stream.
    private static let maximumLength = 16 << 20

    private static let chunkHeadLength = 8

    /// The beginning of a chunk, as far as it is of use.
    private var chunk: [UInt8] = []
    /// Bytes that are of no use and still to come.
    private var skipped = 0
    private var length = 0
    private var format: WAVFormat?

    /// Takes what belongs to the header off the front of `bytes`.
    ///
    /// - Returns: What the samples are, once they are next.
    mutating func take(_ bytes: inout ArraySlice<UInt8>) throws(WAVError) -> WAVFormat? {
        while !bytes.isEmpty {
            let count = min(skipped, bytes.count)
            bytes.removeFirst(count)
            skipped -= count

            let wanted = min(wantedLength - chunk.count, bytes.count)
            chunk += bytes.prefix(wanted)
            bytes.removeFirst(wanted)
            guard chunk.count >= Self.chunkHeadLength, chunk.count == wantedLength else { continue }
            if name == "data" {
                guard let format else { throw .notWAV }
                return format
            }
            try endChunk()
        }

        return nil
    }

    private var name: String { String(decoding: chunk.prefix(4), as: UTF8.self) }
    private var size: Int { Int(littleEndian(chunk, at: 4, count: 4)) }

    /// How much of a chunk is read: only what says of what kind the samples are.
    private var wantedLength: Int {
        guard chunk.count >= Self.chunkHeadLength, name == "fmt " else { return Self.chunkHeadLength }
        return Self.chunkHeadLength + min(size, 40)
    }

    private mutating func endChunk() throws(WAVError) {
        let body = chunk.dropFirst(Self.chunkHeadLength)
        if name == "fmt " {
            guard body.count >= 16 else { throw .notWAV }
            format = try WAVFormat(body)
        }
        length += chunk.count + size
        guard length <= Self.maximumLength else { throw .truncated }
        skipped = size - body.count + size % 2
        chunk = []
    }
}
