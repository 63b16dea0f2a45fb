/// Where downloads come from: their own hosts, or a mirror of all of them.
public struct ModelSource: Equatable, Sendable {
    /// Replaces scheme and host of every address.
    private let mirror: String?

    /// - Parameter mirror: Such as `http://127.0.0.1:8080`; a path is put before that of the address.
    public init(mirror: String? = nil) {
        self.mirror = mirror.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    }

    /// The address to ask instead of `url`.
    public func url(_ url: String) -> String {
        guard let mirror, let scheme = url.firstRange(of: "://") else { return url }
        let rest = url[scheme.upperBound...]
        return mirror + (rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/")
    }

    /// The host that is asked, with its port where the address has one.
    public func host(_ url: String) -> String {
        let url = self.url(url)
        guard let scheme = url.firstRange(of: "://") else { return url }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" }
        return String(authority.split(separator: "@").last ?? authority)
    }
}
