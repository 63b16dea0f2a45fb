import BackendHTTP

/// The type that a `Content-Type` field names, without its parameters.
struct MediaType: Equatable {
    private let name: String

    init(_ field: String?) {
        name = trimmed((field ?? "").prefix { $0 != ";" }).lowercased()
    }

    /// Whether a body of this type may be a transcript as it stands.
    ///
    /// whisper.cpp's server calls plain text `text/html`.
    var isText: Bool { name == "text/plain" || name == "text/html" }
}
