import Testing
import Transcription

@Suite("Scripts")
struct ScriptTests {
    @Test("Thai, Lao, Burmese, Khmer, Chinese and Japanese have no spaces", arguments: Array("สລမខ中あカ。".unicodeScalars))
    func unspaced(scalar: Unicode.Scalar) {
        #expect(scalar.isUnspaced)
    }

    @Test("Others have, also Korean", arguments: Array("aéЖאعहक안ㄱ.7".unicodeScalars))
    func spaced(scalar: Unicode.Scalar) {
        #expect(!scalar.isUnspaced)
    }
}
