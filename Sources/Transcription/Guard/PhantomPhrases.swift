/// What speech models write where nobody speaks: what the subtitles that they learned from say over silence and music.
///
/// From Whisper and Moonshine, over noise made for the purpose, and from reports about other servers. People say most of
/// these too, so that a phrase counts only where the evidence for a voice is poor.
struct PhantomPhrases: Sendable {
    static let usual = PhantomPhrases(byLanguage: [
        "en": [
            "you", "so", "oh", "bye", "bye bye", "okay", "hmm", "mm", "uh", "ah", "the", "and", "i",
            "a", "thank you", "thanks", "thank you very much", "thank you so much",
            "thanks for watching", "thank you for watching", "please subscribe",
            "subtitles by the amara org community", "i m sorry", "we ll be right back",
            "and i m gonna let you know", "is this", "music", "silence", "applause", "foreign",
            "blank audio",
        ],
        "de": [
            "danke", "vielen dank", "danke schön", "bis zum nächsten mal", "tschüss",
            "untertitel der amara org community", "untertitelung des zdf für funk 2017",
            "untertitel im auftrag des zdf für funk 2017", "musik", "so", "ja",
            "vielen dank fürs zuschauen",
        ],
        "fr": [
            "merci", "merci beaucoup", "merci d avoir regardé cette vidéo", "au revoir", "musique",
            "sous titres réalisés par la communauté d amara org",
            "sous titrage société radio canada", "abonnez vous",
        ],
        "es": [
            "gracias", "muchas gracias", "gracias por ver el video", "gracias por ver", "adiós",
            "música", "suscríbete", "subtítulos realizados por la comunidad de amara org",
            "suscríbete al canal",
        ],
        "it": [
            "grazie", "grazie a tutti", "grazie per aver guardato il video",
            "sottotitoli creati dalla comunità amara org", "ciao", "musica",
            "sottotitoli e revisione a cura di qtss",
        ],
        "pt": [
            "obrigado", "obrigada", "muito obrigado", "tchau", "música",
            "legendas pela comunidade amara org", "obrigado por assistir", "inscreva se no canal",
        ],
        "nl": [
            "bedankt", "dank u wel", "bedankt voor het kijken",
            "ondertiteld door de amara org gemeenschap", "muziek",
        ],
        "pl": [
            "dziękuję", "dziękuję za uwagę", "napisy stworzone przez społeczność amara org",
            "muzyka",
        ],
        "tr": [
            "teşekkürler", "teşekkür ederim", "izlediğiniz için teşekkür ederim", "altyazı m k",
            "abone ol",
        ],
        "ru": [
            "спасибо", "спасибо за просмотр", "продолжение следует", "субтитры сделал dimatorzok",
            "музыка", "редактор субтитров а семкин корректор а егорова", "до свидания",
        ],
        "ja": [
            "ご視聴ありがとうございました", "ありがとうございました", "ありがとうございます", "チャンネル登録をお願いいたします", "おやすみなさい",
        ],
        "ko": [
            "감사합니다", "시청해주셔서 감사합니다", "mbc 뉴스 이덕영입니다", "구독과 좋아요 부탁드립니다",
        ],
        "zh": [
            "谢谢", "谢谢大家", "谢谢观看", "字幕由amara org社区提供", "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", "字幕by索兰娅",
        ],
    ])

    private let byLanguage: [String: Set<String>]

    /// - Parameter byLanguage: By ISO 639-1 code, phrases as `NormalizedText` writes them.
    init(byLanguage: [String: Set<String>]) { self.byLanguage = byLanguage }

    /// Whether models of this language are known for this phrase; without a language, any.
    func contain(_ phrase: String, language: String?) -> Bool {
        if let language, let phrases = byLanguage[language] { return phrases.contains(phrase) }
        return byLanguage.values.contains { $0.contains(phrase) }
    }
}
