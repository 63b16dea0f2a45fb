import Audio
import HTTPTypes

/// Turns an uploaded file into mono samples at `SampleClock.rate`.
typealias AudioDecoding = @Sendable (_ file: [UInt8]) async throws -> [Int16]

/// Reads WAV files of 16-bit PCM, at any rate and with any number of channels.
enum WAVDecoding {
    /// Samples that are resampled without a pause.
    private static let pieceLength = 1 << 16

    /// - Throws: `APIError` 415 for what is no such file, 400 for one that is broken.
    @concurrent static func decode(_ file: [UInt8]) async throws -> [Int16] {
        let wav = try parse(file)
        let mono = wav.mono
        guard wav.sampleRate != SampleClock.rate else { return mono }
        let resampler: Resampler
        do {
            resampler = try Resampler(from: wav.sampleRate)
        } catch {
            throw invalid(.unsupportedMediaType, "\(error).")
        }
        var samples: [Int16] = []
        for start in stride(from: 0, to: mono.count, by: pieceLength) {
            resampler.process(Array(mono[start..<min(start + pieceLength, mono.count)]), into: &samples)
            await Task.yield()
            try Task.checkCancellation()
        }
        resampler.drain(into: &samples)
        return samples
    }

    private static func parse(_ file: [UInt8]) throws(APIError) -> WAVFile {
        do throws(WAVError) {
            return try WAVFile(parsing: file)
        } catch .truncated {
            throw invalid(.badRequest, "\(WAVError.truncated).")
        } catch {
            throw invalid(.unsupportedMediaType, "\(error). Send a WAV file of 16-bit PCM.")
        }
    }

    private static func invalid(_ status: HTTPResponse.Status, _ message: String) -> APIError {
        APIError(status, message, code: "invalid_file_format", param: "file")
    }
}
