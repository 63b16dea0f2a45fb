import Foundation
import Hummingbird

extension Request {
    /// The fields of the query, as dialects read them.
    ///
    /// A plus stands for a space, as forms and most clients write it (WHATWG URL, "application/x-www-form-urlencoded").
    var query: [(name: String, value: String)] {
        (uri.query ?? "").split(separator: "&").map { field in
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: Self.decoded(parts[0]), value: parts.count > 1 ? Self.decoded(parts[1]) : "")
        }
    }

    /// What a name or value stands for; itself where its escapes are none.
    private static func decoded(_ text: Substring) -> String {
        let text = text.replacing("+", with: " ")
        return text.removingPercentEncoding ?? String(text)
    }
}
