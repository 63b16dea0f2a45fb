/// A script, as blocks of Unicode.
struct WritingSystem: Sendable {
    private let blocks: [ClosedRange<UInt32>]

    init(_ blocks: ClosedRange<UInt32>...) { self.blocks = blocks }

    private init(blocks: [ClosedRange<UInt32>]) { self.blocks = blocks }

    func contains(_ scalar: Unicode.Scalar) -> Bool { blocks.contains { $0.contains(scalar.value) } }

    /// Whether most letters of `text` are of this script, or Latin, which every language uses for names.
    func covers(_ text: String) -> Bool {
        var own = 0
        var others = 0
        for scalar in text.unicodeScalars where scalar.properties.isAlphabetic {
            if contains(scalar) || Self.latin.contains(scalar) { own += 1 } else { others += 1 }
        }
        return own >= others
    }

    static let latin = WritingSystem(0x0041...0x024F, 0x1E00...0x1EFF, 0xFF21...0xFF5A)
    static let cyrillic = WritingSystem(0x0400...0x052F)
    static let greek = WritingSystem(0x0370...0x03FF, 0x1F00...0x1FFF)
    static let hebrew = WritingSystem(0x0590...0x05FF)
    static let arabic = WritingSystem(0x0600...0x077F, 0xFB50...0xFEFF)
    static let devanagari = WritingSystem(0x0900...0x097F)
    static let thai = WritingSystem(0x0E00...0x0E7F)
    static let han = WritingSystem(0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF)
    static let japanese = WritingSystem(blocks: [0x3040...0x30FF, 0x31F0...0x31FF] + han.blocks)
    static let korean = WritingSystem(blocks: [0x1100...0x11FF, 0x3130...0x318F, 0xAC00...0xD7AF] + han.blocks)

    /// Scripts without spaces between words.
    static let solid = WritingSystem(blocks: thai.blocks + japanese.blocks)

    /// By ISO 639-1 code; a language that is not listed may be in any script.
    static let byLanguage: [String: WritingSystem] = {
        var scripts: [String: WritingSystem] = [
            "ru": .cyrillic, "uk": .cyrillic, "bg": .cyrillic, "be": .cyrillic, "mk": .cyrillic, "el": .greek,
            "he": .hebrew, "ar": .arabic, "fa": .arabic, "ur": .arabic, "hi": .devanagari, "mr": .devanagari,
            "ne": .devanagari, "th": .thai, "zh": .han, "ja": .japanese, "ko": .korean,
        ]
        for language in "en de fr es it pt nl pl tr sv da no fi cs sk hu ro".split(separator: " ") {
            scripts[String(language)] = .latin
        }
        return scripts
    }()
}
