import Sessions

extension WireProtocol {
    /// Steno's own protocol.
    public static let compact = WireProtocol(
        paths: ["/", "/ws"],
        subprotocols: ["realtime"],
        keyPlaces: [.bearer, .header("api-key"), .subprotocol(prefix: browserKeyPrefix)],
        takesClientSecrets: false
    ) { opening, settings throws(ClientError) in
        var settings = settings
        settings.assistant.outputFormat = settings.inputFormat
        var dialect = CompactDialect(maximumPrompt: settings.maximumPrompt)
        settings.apply(try dialect.update(query: opening.query))
        return Start(settings: settings, dialect: dialect)
    }
}
