import Backends

/// The backends of one kind, which share their work.
struct BackendGroup: Sendable {
    /// What backends do, as metrics and the admin page call it.
    enum Kind: String, Sendable {
        case transcription
        case languageModel = "language_model"
        case speech

        /// Several of them, in a sentence.
        var plural: String {
            switch self {
            case .transcription: "backends"
            case .languageModel: "language models"
            case .speech: "speech backends"
            }
        }
    }

    let kind: Kind
    let pool: any PooledBackends
}

extension Engines {
    /// The servers that transcribe, where any do.
    var backends: [BackendGroup] { pool.map { [BackendGroup(kind: .transcription, pool: $0)] } ?? [] }
}
