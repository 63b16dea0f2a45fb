extension String {
    /// What stands for a byte that is markup in HTML and in WebVTT.
    static func markupEscape(_ byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        default: nil
        }
    }

    /// The text with the bytes replaced that mean something else where it goes.
    ///
    /// - Parameter escape: What stands for a byte, which must be ASCII; `nil` where it stands for itself.
    func escaping(_ escape: (UInt8) -> String?) -> String {
        guard utf8.contains(where: { escape($0) != nil }) else { return self }

        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count + utf8.count / 8)
        for byte in utf8 {
            if let replacement = escape(byte) { bytes += replacement.utf8 } else { bytes.append(byte) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
