import HTTPTypes
import Hummingbird

/// Which version of something a client has seen (RFC 9110 sections 8.8.3 and 13.1.1).
struct EntityTag: Equatable {
    /// What counts up with the changes of what is tagged.
    var versions: [Int]

    init(_ versions: Int...) { self.versions = versions }

    var text: String { "\"" + versions.map(String.init).joined(separator: ".") + "\"" }

    /// What `If-Match` asks for; `nil` where every version will do.
    ///
    /// - Parameter count: How many numbers a tag of this kind has.
    init?(_ request: Request, count: Int = 1) throws(APIError) {
        guard let text = request.headers[.ifMatch], text != "*" else { return nil }
        guard !text.contains(",") else {
            throw APIError(
                .badRequest,
                "'If-Match' must be one ETag, or '*'.",
                code: "invalid_value",
                param: "If-Match"
            )
        }

        let isStrong = text.count > 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
        let parts = isStrong ? text.dropFirst().dropLast().split(separator: ".").map { Int($0) } : []
        let versions = parts.compactMap(\.self)

        // A tag that was never given out matches nothing.
        self.versions = versions.count == count && parts.count == count ? versions : Array(repeating: -1, count: count)
    }
}
