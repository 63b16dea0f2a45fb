import Audio

/// Why a file gave no samples.
public enum AudioFileError: Error, Equatable, CustomStringConvertible {
    /// The file needs ffmpeg, which is not installed.
    case unsupported
    /// The bytes are no audio file, a damaged one, or one without an audio stream.
    case undecodable
    /// The audio is longer than `limit` samples at `SampleClock.rate`.
    case tooLong(limit: Int)
    /// Decoding stood still for `limit`, or fell behind the speed of speech by as much.
    case tooSlow(limit: Duration)
    /// Neither the disk nor the memory that files may take has room for this one.
    case noRoom
    /// As many files as may wait for a decoder do so already.
    case busy
    /// The decoder could not be run, for a reason the operator finds in the log.
    case failed
    /// The task that reads was cancelled.
    case cancelled

    public var description: String {
        switch self {
        case .unsupported: "This server reads WAV only; install ffmpeg to send other formats"
        case .undecodable: "The file has no audio that can be decoded; send WAV, MP3, M4A, FLAC, Ogg or WebM"
        case .tooLong(let limit): "The audio is longer than \(limit / SampleClock.rate) seconds; send it in parts"
        case .tooSlow(let limit): "Decoding made no progress for \(limit); try again later, or send the file as WAV"
        case .noRoom: "There is no room for this file now; try again later"
        case .busy: "Too many files are being decoded; try again later"
        case .failed: "The decoder could not be run; the server's log says why"
        case .cancelled: "Reading the file was cancelled"
        }
    }
}
