internal import CCurl

/// One request's libcurl handle and all that it points to.
///
/// Belongs to the driver's thread and never leaves it.
@safe final class CurlTransfer {
    let id: CurlDriver.ID
    /// In a multi handle for as long as the transfer is open, and removed from it before `deinit`.
    let easy: UnsafeMutableRawPointer
    let reply: TransferReply
    var deadline: TransferDeadline
    private let reason: UnsafeMutableBufferPointer<CChar>
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var form: OpaquePointer?
    private var body: ResponseBody
    private var isHeadWhole = false
    private var isHeadTold = false
    private var isRepeated = false

    init(
        id: CurlDriver.ID,
        _ request: TransferRequest,
        _ reply: TransferReply,
        configuration: HTTPTransport.Configuration
    ) throws(TransferError) {
        guard let easy = unsafe curl_easy_init() else { throw .unavailable(reason: "no memory for a transfer") }

        self.id = id
        unsafe self.easy = unsafe easy
        self.reply = reply
        deadline = TransferDeadline(
            start: .now,
            whole: .milliseconds(request.timeout.milliseconds),
            stream: reply.limits
        )
        unsafe reason = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe reason.initialize(repeating: 0)
        body = ResponseBody(limit: request.responseLimit)
        try setConnection(request, configuration)
        try setCallbacks()
        try setHeaders(request)
        try setBody(request.method)
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe curl_mime_free(form)
        unsafe curl_slist_free_all(headers)
        unsafe reason.deallocate()
    }

    /// The transfer that a handle belongs to.
    static func owner(of easy: UnsafeMutableRawPointer) -> CurlTransfer? {
        guard let context = unsafe ccurl_get_private(easy) else { return nil }
        return unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// Takes bytes of the answer.
    ///
    /// - Returns: How many are taken, or `CURL_WRITEFUNC_PAUSE`. Any other number than theirs ends the transfer.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard case .streamed(let mailbox, _) = reply else { return unsafe body.append(bytes) ? bytes.count : 0 }
        tellHead(to: mailbox)
        guard body.hasRoom(for: bytes.count) else { return 0 }
        guard unsafe mailbox.offer(bytes) == .taken else {
            deadline.pause()
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        body.count(bytes.count)
        deadline.receive(at: .now)
        return bytes.count
    }

    /// Lets libcurl offer again what it was told to keep.
    func resume() -> CURLcode {
        deadline.receive(at: .now)
        return unsafe curl_easy_pause(easy, CURLPAUSE_CONT)
    }

    /// Takes one line of the answer's head, or of a provisional answer's, with its end.
    func receiveHeadLine(_ line: UnsafeRawBufferPointer) {
        if unsafe line.starts(with: "HTTP/".utf8) { isHeadWhole = false }
        if unsafe line.elementsEqual("\r\n".utf8) || line.elementsEqual("\n".utf8) { isHeadWhole = true }
        if isHeadWhole, case .streamed(let mailbox, _) = reply { tellHead(to: mailbox) }
    }

    /// Tells the head, unless it is that of a provisional answer.
    private func tellHead(to mailbox: StreamMailbox) {
        let status = number(CURLINFO_RESPONSE_CODE)
        guard !isHeadTold, status >= 200 else { return }
        isHeadTold = true
        mailbox.begin(.init(status: status, contentType: contentType, retryAfter: retryAfter))
    }

    /// Makes the handle ready for a second attempt on a new connection, if one is due.
    ///
    /// libcurl itself repeats a request whose reused connection ends without any byte of an answer, but gives up
    /// after five dead connections in a row, which a restarted server leaves behind.
    func prepareRepeat(after code: CURLcode) -> Bool {
        let isCut = [CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING].contains(code)
        let isReused = number(CURLINFO_NUM_CONNECTS) == 0
        let hasAnswer = number(CURLINFO_HEADER_SIZE) > 0 || body.length > 0
        guard isCut, isReused, !hasAnswer, !isRepeated, deadline.time > .now else { return false }
        isRepeated = true
        return unsafe ccurl_set_long(easy, CURLOPT_FRESH_CONNECT, 1) == CURLE_OK
    }

    /// What a finished transfer came to.
    func outcome(_ code: CURLcode) -> Result<TransferResponse, TransferError> {
        if body.isOverfull { return .failure(.responseTooLarge(limit: body.limit)) }
        guard code == CURLE_OK else {
            // Nothing counts as sent until there is a connection to send it on.
            return .failure(TransferError(code, isConnected: number(CURLINFO_REQUEST_SIZE) > 0, reason: text(of: code)))
        }

        // libcurl is content with an answer that ends within its head, or after a provisional one.
        guard isHeadWhole, number(CURLINFO_RESPONSE_CODE) >= 200 else {
            return .failure(.disconnected(reason: "The answer ended within its head"))
        }
        return .success(
            TransferResponse(
                status: number(CURLINFO_RESPONSE_CODE),
                contentType: contentType,
                retryAfter: retryAfter,
                body: body.bytes
            )
        )
    }

    func setForm(_ form: OpaquePointer) {
        unsafe self.form = form
    }

    func appendHeader(_ line: String) throws(TransferError) {
        guard let list = unsafe curl_slist_append(headers, line) else {
            throw .unavailable(reason: "no memory for a header")
        }
        unsafe headers = list
    }

    /// Gives libcurl the list of `appendHeader`.
    func useHeaders() throws(TransferError) {
        try check(unsafe ccurl_set_pointer(easy, CURLOPT_HTTPHEADER, headers))
    }

    private func setCallbacks() throws(TransferError) {
        // Unretained: libcurl calls back only while this object is in `CurlTransfers`.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        try check(unsafe ccurl_set_pointer(easy, CURLOPT_PRIVATE, context))
        try check(unsafe ccurl_set_write(easy, receiveBytes, context))
        try check(unsafe ccurl_set_header(easy, receiveHeadBytes, context))
        try check(unsafe ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, reason.baseAddress))
    }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        unsafe ccurl_get_long(easy, info, &value)
        return value
    }

    private var contentType: String? {
        var value: UnsafePointer<CChar>?
        unsafe ccurl_get_string(easy, CURLINFO_CONTENT_TYPE, &value)
        return unsafe value.map { unsafe String(cString: $0) }
    }

    private var retryAfter: Duration? {
        var seconds: curl_off_t = 0
        unsafe ccurl_get_offset(easy, CURLINFO_RETRY_AFTER, &seconds)
        return seconds > 0 ? .seconds(Int64(seconds)) : nil
    }

    private func text(of code: CURLcode) -> String {
        guard let text = unsafe reason.baseAddress, unsafe text.pointee != 0 else {
            return unsafe String(cString: curl_easy_strerror(code))
        }
        return unsafe String(cString: text)
    }
}

private func receiveBytes(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
    let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    return unsafe transfer.receive(UnsafeRawBufferPointer(start: bytes, count: size * count))
}

private func receiveHeadBytes(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
    let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    unsafe transfer.receiveHeadLine(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return size * count
}
