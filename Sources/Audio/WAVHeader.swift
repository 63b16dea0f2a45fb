/// What stands around the samples of a WAV file: where they are, and what they are.
///
/// It is read through a function, so that neither a file on disk nor one that is still coming need be in memory. RF64
/// and BW64, the forms for more than 4 GB, are read like RIFF (EBU Tech 3306: the size of the data stands in `ds64`).
public struct WAVHeader: Sendable {
    private let format: WAVFormat
    /// The bytes that hold samples.
    public private(set) var data: Range<Int>
    /// Bytes behind the samples that belong to no chunk: the header gives a smaller size than the data has.
    public private(set) var ignoredBytes = 0

    /// Chunks that a file may have; sound recorders write a handful.
    private static let maximumChunks = 1_000

    /// - Parameters:
    ///   - length: Bytes of the whole file; `Int.max` where that is not known yet.
    ///   - read: Gives the bytes of a range, fewer where the file ends.
    public init(length: Int, read: (Range<Int>) -> [UInt8]) throws(WAVError) {
        guard WAVFile.isRIFF(read(0..<12)) else { throw .notWAV }

        var format: WAVFormat?
        var largeSize: Int?
        var offset = 12
        for _ in 0..<Self.maximumChunks {
            guard let chunk = Chunk(at: offset, read), chunk.body <= length else { throw .truncated }
            switch chunk.name {
            case "fmt ":
                let fields = read(chunk.body..<chunk.body + min(chunk.size, 40))
                guard chunk.size >= 16, fields.count == min(chunk.size, 40), chunk.body + chunk.size <= length else {
                    throw .truncated
                }
                format = try WAVFormat(fields[...])
            case "ds64":
                let fields = read(chunk.body..<chunk.body + 16)
                if fields.count == 16 { largeSize = Self.dataSize(fields) }
            case "data":
                guard let format else { throw .truncated }
                self.init(format, chunk, largeSize, length: length, read)
                return
            default: break
            }
            offset = chunk.end
        }

        throw .truncated
    }

    /// A size of 0 or beyond the end, as streaming writers leave it, means "to the end of the file".
    private init(
        _ format: WAVFormat,
        _ chunk: Chunk,
        _ largeSize: Int?,
        length: Int,
        _ read: (Range<Int>) -> [UInt8]
    ) {
        self.format = format
        let size = chunk.size == Int(UInt32.max) ? largeSize ?? chunk.size : chunk.size
        let isOpen = size <= 0 || size > length - chunk.body
        data = chunk.body..<(isOpen ? length : chunk.body + size)
        if !isOpen { ignoredBytes = Self.leftOver(from: data.upperBound + size % 2, length: length, read) }
    }

    /// Frames per second, one sample of every channel each.
    public var sampleRate: Int { format.sampleRate }
    /// Samples of a frame.
    public var channels: Int { format.channels }
    /// Bytes of a frame.
    public var frameBytes: Int { format.sampleBytes * format.channels }
    /// Whole frames in the file.
    public var frames: Int { data.count / frameBytes }
    /// Whether the samples lie in the file as they are transcribed.
    public var isPlain: Bool {
        format.encoding == .integer && format.sampleBytes == 2 && channels == 1 && sampleRate == SampleClock.rate
    }

    /// The samples in a part of the data, all channels as they come, as 16 bits.
    public func samples(_ bytes: ArraySlice<UInt8>) -> [Int16] { format.samples(bytes) }

    private static func dataSize(_ fields: [UInt8]) -> Int {
        let (low, high) = (littleEndian(fields, at: 8, count: 4), littleEndian(fields, at: 12, count: 4))
        return Int(clamping: UInt64(high) << 32 | UInt64(low))
    }

    /// Recorders put titles and marks behind the samples, as chunks; what is none was meant to be heard.
    private static func leftOver(from start: Int, length: Int, _ read: (Range<Int>) -> [UInt8]) -> Int {
        var offset = start
        for _ in 0..<maximumChunks {
            guard let chunk = Chunk(at: offset, read), chunk.isWellNamed, chunk.end <= length else { break }
            offset = chunk.end
        }
        return max(0, length - offset)
    }

    private struct Chunk {
        var name: String
        var body: Int
        var size: Int

        init?(at offset: Int, _ read: (Range<Int>) -> [UInt8]) {
            let head = read(offset..<offset + 8)
            guard head.count == 8 else { return nil }
            name = String(decoding: head[..<4], as: UTF8.self)
            body = offset + 8
            size = Int(littleEndian(head, at: 4, count: 4))
        }

        /// Where the next one begins, at an even place.
        var end: Int { body + size + size % 2 }

        /// Another file behind the first is no chunk of it.
        var isWellNamed: Bool {
            name.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !["RIFF", "RF64", "BW64"].contains(name)
        }
    }
}
