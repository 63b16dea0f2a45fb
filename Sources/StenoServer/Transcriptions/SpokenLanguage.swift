/// A language that Whisper models know.
///
/// Source of codes and names: the list of languages in OpenAI's Whisper; codes are ISO 639-1 where there is one.
struct SpokenLanguage: Equatable {
    let code: String
    /// The English name in lower case.
    let name: String

    private init(code: String, name: String) {
        self.code = code
        self.name = name
    }

    /// The language with this code.
    init?(code: String) {
        guard let name = Self.names[code] else { return nil }
        self.init(code: code, name: name)
    }

    /// The language that `text` means: a code (`en`), an English name (`english`), or a tag (`en-US`, RFC 5646).
    ///
    /// A two-letter code that is not in the list is taken as it is: an engine may know more.
    init?(naming text: String) {
        let text = text.lowercased()
        let primary = String(text.prefix { $0 != "-" && $0 != "_" })
        if let code = Self.aliases[text] ?? Self.codes[text] {
            self.init(code: code)
        } else if let language = Self(code: Self.aliases[primary] ?? primary) {
            self.init(code: language.code, name: language.name)
        } else if primary.utf8.count == 2, primary.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) {
            self.init(code: primary, name: primary)
        } else {
            return nil
        }
    }

    static var all: [SpokenLanguage] { names.map { SpokenLanguage(code: $0.key, name: $0.value) } }

    private static let names: [String: String] = Dictionary(
        uniqueKeysWithValues: table.split(separator: "\n").flatMap { $0.split(separator: ", ") }.map { entry in
            let parts = entry.split(separator: "=")
            return (String(parts[0]), String(parts[1]))
        }
    )

    private static let codes = Dictionary(uniqueKeysWithValues: names.map { ($0.value, $0.key) })

    /// Other names and codes in use.
    private static let aliases = [
        "burmese": "my", "valencian": "ca", "flemish": "nl", "haitian": "ht", "letzeburgesch": "lb", "pushto": "ps",
        "panjabi": "pa", "moldavian": "ro", "moldovan": "ro", "sinhalese": "si", "castilian": "es", "mandarin": "zh",
        "cmn": "zh", "fil": "tl", "iw": "he", "in": "id", "nb": "no", "jv": "jw", "mo": "ro",
        "eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "ita": "it", "por": "pt",
        "nld": "nl", "dut": "nl", "rus": "ru", "zho": "zh", "chi": "zh", "jpn": "ja", "kor": "ko", "ara": "ar",
        "hin": "hi", "tur": "tr", "pol": "pl", "swe": "sv", "ukr": "uk",
    ]

    private static let table = """
        en=english, zh=chinese, de=german, es=spanish, ru=russian, ko=korean, fr=french, ja=japanese, pt=portuguese
        tr=turkish, pl=polish, ca=catalan, nl=dutch, ar=arabic, sv=swedish, it=italian, id=indonesian, hi=hindi
        fi=finnish, vi=vietnamese, he=hebrew, uk=ukrainian, el=greek, ms=malay, cs=czech, ro=romanian, da=danish
        hu=hungarian, ta=tamil, no=norwegian, th=thai, ur=urdu, hr=croatian, bg=bulgarian, lt=lithuanian, la=latin
        mi=maori, ml=malayalam, cy=welsh, sk=slovak, te=telugu, fa=persian, lv=latvian, bn=bengali, sr=serbian
        az=azerbaijani, sl=slovenian, kn=kannada, et=estonian, mk=macedonian, br=breton, eu=basque, is=icelandic
        hy=armenian, ne=nepali, mn=mongolian, bs=bosnian, kk=kazakh, sq=albanian, sw=swahili, gl=galician, mr=marathi
        pa=punjabi, si=sinhala, km=khmer, sn=shona, yo=yoruba, so=somali, af=afrikaans, oc=occitan, ka=georgian
        be=belarusian, tg=tajik, sd=sindhi, gu=gujarati, am=amharic, yi=yiddish, lo=lao, uz=uzbek, fo=faroese
        ht=haitian creole, ps=pashto, tk=turkmen, nn=nynorsk, mt=maltese, sa=sanskrit, lb=luxembourgish, my=myanmar
        bo=tibetan, tl=tagalog, mg=malagasy, as=assamese, tt=tatar, haw=hawaiian, ln=lingala, ha=hausa, ba=bashkir
        jw=javanese, su=sundanese, yue=cantonese
        """
}
