/// The header of a frame of MPEG audio (ISO 11172-3 and 13818-3, 2.4.1.3) or of AAC (ISO 13818-7, 6.2).
struct MPEGFrame: Equatable {
    /// `mp3` or `aac`.
    let container: AudioContainer
    /// What is the same in every frame of a stream.
    private let kind: [UInt8]
    /// Bytes from this frame to the next; 0 when the header does not tell.
    let length: Int

    /// - Parameter bytes: As they are at one place of a file.
    init?(_ bytes: ArraySlice<UInt8>) {
        let head = Array(bytes.prefix(6))
        guard head.count >= 3, head[0] == 0xFF else { return nil }
        if head[1] & 0xF6 == 0xF0 {
            container = .aac
            kind = [head[1], head[2] & 0xFC]
            length = head.count < 6 ? 0 : Int(head[3] & 3) << 11 | Int(head[4]) << 3 | Int(head[5] >> 5)
        } else {
            let isFrame = head[1] & 0xE0 == 0xE0 && head[1] & 0x18 != 0x08 && head[1] & 6 != 0
            guard isFrame, head[2] >> 4 != 0xF, head[2] >> 2 & 3 != 3 else { return nil }
            container = .mp3
            kind = [head[1], head[2] & 0x0C]
            length = Self.length(head)
        }
    }

    /// Finds where a stream that was cut anywhere goes on: at the first of three frames that follow each other.
    static func resynchronise(_ bytes: ArraySlice<UInt8>) -> MPEGFrame? {
        var rest = bytes
        while let start = rest.firstIndex(of: 0xFF) {
            rest = rest[start...]
            if let first = MPEGFrame(rest), let second = first.next(in: rest),
                second.next(in: rest, after: first) != nil
            {
                return first
            }
            rest = rest.dropFirst()
        }

        return nil
    }

    /// The frame of the same kind that follows this one, which begins behind `previous` at the start of `bytes`.
    private func next(in bytes: ArraySlice<UInt8>, after previous: MPEGFrame? = nil) -> MPEGFrame? {
        guard length > 4, let next = MPEGFrame(bytes.dropFirst((previous?.length ?? 0) + length)) else { return nil }
        return next.kind == kind ? next : nil
    }

    /// Thousands of bits per second, from index 1 on.
    private static let rates = (
        first: (
            layer1: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
            layer2: [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
            layer3: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
        ),
        second: (
            layer1: [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
            others: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
        )
    )

    private static func length(_ head: [UInt8]) -> Int {
        let index = Int(head[2] >> 4)

        // "Free format" gives no rate.
        guard index > 0 else { return 0 }
        let isFirst = head[1] & 0x18 == 0x18
        let padding = Int(head[2] >> 1 & 1)

        // MPEG 2.5, 2 and 1 by their number in the header; the second is reserved.
        let divisor = [4, 1, 2, 1][Int(head[1] >> 3 & 3)]
        let samplesPerSecond = [44_100, 48_000, 32_000][Int(head[2] >> 2 & 3)] / divisor
        func size(_ rates: [Int], _ unit: Int) -> Int { unit * rates[index - 1] * 1_000 / samplesPerSecond + padding }
        switch head[1] >> 1 & 3 {
        case 3: return 4 * size(isFirst ? rates.first.layer1 : rates.second.layer1, 12)
        case 2: return size(isFirst ? rates.first.layer2 : rates.second.others, 144)
        default: return isFirst ? size(rates.first.layer3, 144) : size(rates.second.others, 72)
        }
    }
}
