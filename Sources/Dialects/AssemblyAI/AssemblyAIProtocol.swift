import Sessions

extension WireProtocol {
    /// AssemblyAI's first realtime protocol (v2), which its clients up to version 0.59 speak.
    ///
    /// They send the bare key as `Authorization`, or a token in the query.
    public static let assemblyAI = WireProtocol(
        paths: ["/v2/realtime/ws"],
        subprotocols: [],
        keyPlaces: [.bearer, .header("authorization"), .query("token")],
        takesClientSecrets: true,
        requestPaths: [AssemblyAI.tokenPath]
    ) { opening, settings throws(ClientError) in
        var settings = settings
        settings.includesAudio = false
        settings.wantsInterim = true
        if let update = opening.update { settings.apply(update) }
        settings.answers = false
        do throws(AssemblyAIClosing) {
            let query = try AssemblyAIQuery(opening.query, maximumPrompt: settings.maximumPrompt)
            settings.apply(query.update)
            let dialect = AssemblyAIDialect(format: settings.inputFormat, tellsDuration: query.tellsDuration)
            return Start(settings: settings, dialect: dialect)
        } catch {
            // Its clients show the code and the text of a socket, and nothing of a refused request.
            return Start(settings: settings, dialect: AssemblyAIDialect(refusal: error))
        }
    }
}

/// What belongs to the protocol besides its WebSocket.
package enum AssemblyAI {
    /// Where a key's owner gets a token for somebody else.
    package static let tokenPath = "/v2/realtime/token"
    /// Seconds that a token may live.
    package static let tokenLifetimes = 60...360_000
}
