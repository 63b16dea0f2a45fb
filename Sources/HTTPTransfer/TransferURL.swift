internal import CCurl

/// An absolute `http` or `https` address, read by the same parser that later connects to it.
public struct TransferURL: Equatable, Sendable {
    /// The whole address, normalised.
    public let text: String
    public let host: String
    /// Starts with a slash.
    public let path: String

    /// - Throws: `TransferError.invalidRequest`.
    public init(_ text: String) throws(TransferError) {
        try self.init(text, replacingPath: nil)
    }

    /// The same address with another path; its query stays.
    public func withPath(_ path: String) throws(TransferError) -> TransferURL {
        try TransferURL(text, replacingPath: path)
    }

    private init(_ text: String, replacingPath newPath: String?) throws(TransferError) {
        // libcurl would take the first folder of a path for the host.
        guard !text.contains(":///") else { throw .invalidRequest(reason: "the host is missing") }
        guard let url = unsafe curl_url() else { throw .unavailable(reason: "no memory for a URL") }
        defer { unsafe curl_url_cleanup(url) }
        try unsafe check(curl_url_set(url, CURLUPART_URL, text, 0))
        try unsafe check(curl_url_set(url, CURLUPART_FRAGMENT, nil, 0))
        if let newPath { try unsafe check(curl_url_set(url, CURLUPART_PATH, newPath, 0)) }
        let scheme = try unsafe part(CURLUPART_SCHEME, of: url)
        guard scheme == "http" || scheme == "https" else {
            throw .invalidRequest(reason: "the scheme is \(scheme), not http or https")
        }
        self.text = try unsafe part(CURLUPART_URL, of: url)
        host = try unsafe part(CURLUPART_HOST, of: url)
        path = try unsafe part(CURLUPART_PATH, of: url)
        guard !host.isEmpty else { throw .invalidRequest(reason: "the host is missing") }
    }
}

private func part(_ part: CURLUPart, of url: OpaquePointer) throws(TransferError) -> String {
    var value: UnsafeMutablePointer<CChar>?
    try unsafe check(curl_url_get(url, part, &value, 0))
    guard let value = unsafe value else { return "" }
    defer { unsafe curl_free(value) }
    return unsafe String(cString: value)
}

private func check(_ code: CURLUcode) throws(TransferError) {
    guard code == CURLUE_OK else { throw .invalidRequest(reason: unsafe String(cString: curl_url_strerror(code))) }
}
