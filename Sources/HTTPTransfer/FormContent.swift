internal import CCurl

/// The bytes of a form's part, which libcurl reads from where they are: it would copy a whole utterance otherwise.
@safe final class FormContent {
    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Makes `bytes` the content of a part, which lets go of them when its form is freed.
    static func set(_ bytes: [UInt8], in part: OpaquePointer) -> CURLcode {
        let context = unsafe Unmanaged.passRetained(FormContent(bytes)).toOpaque()
        let code = unsafe curl_mime_data_cb(
            part,
            curl_off_t(bytes.count),
            readContent,
            seekContent,
            releaseContent,
            context
        )
        if code != CURLE_OK { unsafe releaseContent(context) }
        return code
    }

    /// Copies what comes next.
    ///
    /// - Returns: How many bytes that is; 0 at the end.
    func read(into room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(room.count, bytes.count - position)
        unsafe room.copyBytes(from: bytes[position..<position + count])
        position += count
        return count
    }

    /// Goes to an offset from the start, for a request that is sent again.
    func seek(to offset: Int) -> Bool {
        guard 0...bytes.count ~= offset else { return false }
        position = offset
        return true
    }
}

private func readContent(
    _ room: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let room = unsafe room, let context = unsafe context else { return 0 }
    let content = unsafe Unmanaged<FormContent>.fromOpaque(context).takeUnretainedValue()
    return unsafe content.read(into: UnsafeMutableRawBufferPointer(start: room, count: size * count))
}

private func seekContent(_ context: UnsafeMutableRawPointer?, _ offset: curl_off_t, _ origin: Int32) -> Int32 {
    guard let context = unsafe context, origin == SEEK_SET else { return CURL_SEEKFUNC_CANTSEEK }
    let content = unsafe Unmanaged<FormContent>.fromOpaque(context).takeUnretainedValue()
    return content.seek(to: Int(offset)) ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
}

private func releaseContent(_ context: UnsafeMutableRawPointer?) {
    if let context = unsafe context { unsafe Unmanaged<FormContent>.fromOpaque(context).release() }
}
