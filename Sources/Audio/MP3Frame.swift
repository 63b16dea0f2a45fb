/// Tells MP3 without a tag by its frames, whose headers say where the next one is.
///
/// Source: ISO/IEC 11172-3, 2.4.1.3, and 13818-3 for the lower rates.
enum MP3Frame {
    /// Headers that must follow each other: one is nothing rare among samples, least of all quiet ones in G.711.
    private static let headers = 3
    private static let headerLength = 4

    /// Whether `bytes` begin with frames; `nil` where more of them are needed.
    static func begins(_ bytes: [UInt8]) -> Bool? {
        var offset = 0
        for _ in 0..<headers {
            guard let first = bytes.dropFirst(offset).first else { return nil }
            guard first == 0xFF else { return false }
            let header = Array(bytes[offset...].prefix(headerLength))
            guard header.count == headerLength else { return nil }
            // Frames of a stream agree in version, layer and rate.
            guard header[1] == bytes[1], (header[2] ^ bytes[2]) & 0x0C == 0, let length = length(header) else {
                return false
            }
            offset += length
        }

        return true
    }

    /// Bytes of the frame of a layer III header.
    private static func length(_ header: [UInt8]) -> Int? {
        let version = Int(header[1] >> 3 & 3)
        let bitrate = Int(header[2] >> 4)
        let rate = Int(header[2] >> 2 & 3)
        let isLayer3 = header[1] & 0xE6 == 0xE2

        // What is left out is reserved, or leaves the length open.
        guard isLayer3, version != 1, (1...14).contains(bitrate), rate != 3 else { return nil }
        let isFirst = version == 3
        let kilobits = (isFirst ? firstBitrates : laterBitrates)[bitrate - 1]

        // Versions 2.5, 2 and 1 by their numbers; 1 is reserved.
        let samplesPerSecond = [44_100, 48_000, 32_000][rate] / [4, 1, 2, 1][version]
        return (isFirst ? 144_000 : 72_000) * kilobits / samplesPerSecond + Int(header[2] >> 1 & 1)
    }

    private static let firstBitrates = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
    private static let laterBitrates = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
}
