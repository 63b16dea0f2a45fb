/// Text in the letters that flite can read: ASCII.
///
/// Letters with marks lose these, signs that are words become words, and what only the eye can read is dropped: flite
/// would name it. What is left of other scripts is nothing.
struct FliteText: Sendable {
    /// Has a letter or a digit, or is empty.
    let ascii: String

    init(_ text: some StringProtocol) {
        var ascii = ""
        for scalar in text.unicodeScalars { Self.append(scalar, to: &ascii) }
        let isSpeakable = ascii.unicodeScalars.contains { $0.properties.isAlphabetic || ("0"..."9").contains($0) }
        self.ascii = isSpeakable ? ascii : ""
    }

    private static func append(_ scalar: Unicode.Scalar, to ascii: inout String) {
        if let words = replacements[scalar] {
            ascii += words
        } else if scalar.isASCII, scalar >= " ", scalar != "\u{7F}" {
            ascii.unicodeScalars.append(scalar)
        } else if scalar.properties.isWhitespace {
            ascii += " "
        }
    }

    private static let replacements: [Unicode.Scalar: String] = {
        var map: [Unicode.Scalar: String] = [:]
        for (letters, plain) in letters {
            for letter in letters.unicodeScalars { map[letter] = plain }
        }
        for (signs, words) in signs {
            for sign in signs.unicodeScalars { map[sign] = words }
        }
        return map
    }()

    private static let letters: [(String, String)] = [
        ("ÀÁÂÃÅĀĂĄ", "A"), ("àáâãåāăąª", "a"), ("Ä", "Ae"), ("ä", "ae"), ("Æ", "Ae"), ("æ", "ae"), ("ÇĆĈĊČ", "C"),
        ("çćĉċč", "c"), ("ĎĐÐ", "D"), ("ďđð", "d"), ("ÈÉÊËĒĔĖĘĚ", "E"), ("èéêëēĕėęě", "e"), ("ĜĞĠĢ", "G"),
        ("ĝğġģ", "g"),
        ("ĤĦ", "H"), ("ĥħ", "h"), ("ÌÍÎÏĨĪĬĮİ", "I"), ("ìíîïĩīĭįı", "i"), ("Ĵ", "J"), ("ĵ", "j"), ("Ķ", "K"),
        ("ķ", "k"),
        ("ĹĻĽĿŁ", "L"), ("ĺļľŀł", "l"), ("ÑŃŅŇ", "N"), ("ñńņň", "n"), ("ÒÓÔÕŌŎŐ", "O"), ("òóôõōŏőº", "o"), ("ÖØ", "Oe"),
        ("öø", "oe"), ("Œ", "Oe"), ("œ", "oe"), ("ŔŖŘ", "R"), ("ŕŗř", "r"), ("ŚŜŞŠȘ", "S"), ("śŝşšș", "s"), ("ß", "ss"),
        ("ŢŤŦȚ", "T"), ("ţťŧț", "t"), ("Þ", "Th"), ("þ", "th"), ("ÙÚÛŨŪŬŮŰŲ", "U"), ("ùúûũūŭůűų", "u"), ("Ü", "Ue"),
        ("ü", "ue"), ("Ŵ", "W"), ("ŵ", "w"), ("ÝŶŸ", "Y"), ("ýÿŷ", "y"), ("ŹŻŽ", "Z"), ("źżž", "z"),
    ]

    private static let signs: [(String, String)] = [
        ("‘’‚′", "'"), ("“”„″«»\"", " "), ("‐‑−", "-"), ("–", " - "), ("—", ", "), ("…", "... "),
        ("•·*_|~`^\\<>{}[]", " "),
        ("€", " euros "), ("£", " pounds "), ("¥", " yen "), ("°", " degrees "), ("×", " times "),
        ("÷", " divided by "),
        ("±", " plus or minus "), ("½", " one half "), ("¼", " one quarter "), ("¾", " three quarters "),
        ("µ", " micro "),
        ("≤", " at most "), ("≥", " at least "), ("≈", " about "), ("→", " to "), ("²", " squared "), ("³", " cubed "),
        ("¿¡", " "), ("。", ". "), ("，、", ", "), ("！", "! "), ("？", "? "), ("：", ": "), ("；", "; "),
    ]
}
