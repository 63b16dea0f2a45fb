import Hummingbird

extension Request {
    /// The fields of the query, as dialects read them.
    var query: [(name: String, value: String)] {
        uri.queryParameters.map { (name: String($0.key), value: String($0.value)) }
    }
}
