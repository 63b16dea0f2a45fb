internal import CCurl

extension CurlTransfer {
    func setConnection(
        _ request: TransferRequest,
        _ configuration: HTTPTransport.Configuration
    ) throws(TransferError) {
        try set(CURLOPT_URL, request.url.text)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, 0)

        // The head that is told is the server's, not that of a proxy's tunnel.
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        try set(CURLOPT_NOSIGNAL, 1)

        // Abandoning a transfer must not wait for a name server: its resolver thread is left to end by itself.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_USERAGENT, configuration.userAgent)
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        if let file = configuration.certificateFile { try set(CURLOPT_CAINFO, file) }

        // 0 would mean libcurl's own limit. The limit of the whole request is in `CurlTransfers`.
        try set(CURLOPT_CONNECTTIMEOUT_MS, max(1, request.connectTimeout.milliseconds))
    }

    func setHeaders(_ request: TransferRequest) throws(TransferError) {
        for header in request.headers { try appendHeader(checked("\(header.name): \(header.value)")) }
        if case .post(.bytes(_, let contentType)) = request.method {
            try appendHeader(checked("Content-Type: \(contentType)"))
        }
        // Small servers never answer `100-continue`, and libcurl would wait a second for it.
        try appendHeader("Expect:")
        try useHeaders()
    }

    func setBody(_ method: TransferRequest.Method) throws(TransferError) {
        switch method {
        case .get:
            try set(CURLOPT_HTTPGET, 1)
        case .post(.bytes(let bytes, _)):
            try check(unsafe ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
            try unsafe bytes.withUnsafeBufferPointer { bytes throws(TransferError) in
                try check(unsafe ccurl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress ?? noBytes))
            }
        case .post(.multipart(let parts)):
            try setForm(parts)
        }
    }

    private func setForm(_ parts: [TransferRequest.Part]) throws(TransferError) {
        guard let form = unsafe curl_mime_init(easy) else { throw .unavailable(reason: "no memory for a form") }

        unsafe setForm(form)
        for part in parts {
            guard let field = unsafe curl_mime_addpart(form) else {
                throw .unavailable(reason: "no memory for a form")
            }
            try check(unsafe curl_mime_name(field, checked(part.name)))
            if let name = part.filename { try check(unsafe curl_mime_filename(field, checked(name))) }
            if let type = part.contentType { try check(unsafe curl_mime_type(field, checked(type))) }
            try check(unsafe FormContent.set(part.content, in: field))
        }

        try check(unsafe ccurl_set_pointer(easy, CURLOPT_MIMEPOST, UnsafeRawPointer(form)))
    }

    func check(_ code: CURLcode) throws(TransferError) {
        guard code == CURLE_OK else {
            throw .unavailable(reason: unsafe String(cString: curl_easy_strerror(code)))
        }
    }

    private func set(_ option: CURLoption, _ value: Int) throws(TransferError) {
        try check(unsafe ccurl_set_long(easy, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(TransferError) {
        try check(unsafe ccurl_set_string(easy, option, value))
    }
}

/// A line break would start another header, and a NUL end the value.
private func checked(_ line: String) throws(TransferError) -> String {
    guard !line.utf8.contains(where: { [0, 10, 13].contains($0) }) else {
        throw .invalidRequest(reason: "a header or the name of a part has a line break or a NUL")
    }
    return line
}

/// An empty array has no address, but libcurl takes `nil` to mean that there is no body.
nonisolated(unsafe) private let noBytes = unsafe UnsafePointer(UnsafeMutablePointer<UInt8>.allocate(capacity: 1))

extension Duration {
    /// Whole milliseconds, rounded down, and at most what libcurl takes: 24 days.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < 2_000_000 else { return 2_000_000_000 }
        return Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}
