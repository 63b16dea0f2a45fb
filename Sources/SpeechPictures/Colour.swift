/// The colours of a picture, as 0xRRGGBB; the place in the list is the index in the palette.
public enum Colour: UInt32, CaseIterable, Sendable {
    case background = 0xFFFFFF
    case panel = 0xF6F8FA
    case grid = 0xE1E4E8
    case text = 0x3C424C
    case faintText = 0x8B949E
    /// Behind an utterance, and behind every second one, so that two that meet can be told apart.
    case utterance = 0xDDF4E4
    case nextUtterance = 0xCBEBD5
    /// What an engine hears in two utterances, because speech had to be cut.
    case context = 0xFFE0B2
    case peak = 0x8FB3E8
    case loudness = 0x2F6FC4
    case level = 0x57606A
    case score = 0x8250DF
    case scoreArea = 0xD9C8F7
    case threshold = 0xCF222E
    case exitThreshold = 0xE39A3C
    case silence = 0x1A7F37
    case valley = 0xBC6C00
    case maximum = 0xB3123F

    /// Red, green and blue.
    var components: [UInt8] { Array(rawValue.bigEndianBytes.dropFirst()) }

    var index: UInt8 { UInt8(Self.allCases.firstIndex(of: self) ?? 0) }
}
