extension Unicode.Scalar {
    /// Whether it belongs to a script that is written without spaces between words, or to the punctuation of one.
    ///
    /// These are Thai, Lao, Burmese, Khmer, Chinese and Japanese. Korean has spaces.
    /// Source: the blocks of the Unicode standard, version 16, `Blocks.txt`.
    public var isUnspaced: Bool {
        switch value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0xA9E0...0xA9FF, 0xAA60...0xAA7F: true
        case 0x2E80...0x312F, 0x3190...0xA4CF, 0xF900...0xFAFF, 0xFF00...0xFF9F, 0x20000...0x3FFFF: true
        default: false
        }
    }
}
