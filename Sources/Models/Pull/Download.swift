import CCurl
import Foundation
import Release

/// A file of HTTP that is written as it arrives, and that goes on where an earlier download of it broke off.
///
/// Blocks its thread. Redirects are followed, never from https to http; certificates are verified; the usual proxy
/// variables are honoured.
struct Download {
    /// Attempts in which nothing arrives end it at once; others are made as long as each brings bytes.
    static let maximumAttempts = 5

    let name: String
    let url: String
    let host: String
    /// Where the bytes go; what is there is kept.
    let path: String
    let report: (PullEvent) -> Void
    let isCancelled: () -> Bool

    /// - Throws: `ModelError`; whatever arrived stays.
    func run() throws(ModelError) {
        var attempts = 0
        while true {
            let start = FileSystem.size(path: path) ?? 0
            report(.connecting(host: host, offset: start))
            switch try attempt(offset: start) {
            case .complete: return
            case .rangeRefused:
                report(.startedOver)
                try FileSystem.remove(path: path)
            case .broken(let reason):
                attempts += 1
                let kept = FileSystem.size(path: path) ?? 0
                if kept > start, attempts < Self.maximumAttempts { continue }
                if kept == 0 { try FileSystem.remove(path: path) }
                let folder = URL(filePath: path).deletingLastPathComponent().path
                throw .unreachable(name: name, host: host, reason: reason, folder: folder, kept: kept)
            }
        }
    }

    private enum Outcome {
        case complete
        /// There is an offset, and the server has no such range or knows none at all.
        case rangeRefused
        case broken(reason: String)
    }

    private func attempt(offset: Int) throws(ModelError) -> Outcome {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .cannotWrite(path: path, reason: FileSystem.systemReason) }
        defer { close(file) }
        guard let easy = curl_easy_init() else { return .broken(reason: "no memory for a transfer") }
        defer { curl_easy_cleanup(easy) }

        let sink = DownloadSink(easy: easy, file: file, path: path, offset: offset, report, isCancelled)
        let code = withExtendedLifetime(sink) {
            guard setOptions(easy, sink: sink, offset: offset) else { return CURLE_FAILED_INIT }
            return curl_easy_perform(easy)
        }

        var status = 0
        ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)

        if let failure = sink.failure { throw failure }
        if isCancelled() { throw .cancelled }
        if offset > 0, code == CURLE_RANGE_ERROR || status == 416 { return .rangeRefused }
        if status >= 400 { throw .refused(name: name, host: host, status: status) }
        guard code == CURLE_OK else { return .broken(reason: String(cString: curl_easy_strerror(code))) }
        guard fsync(file) == 0 else { throw sink.writeError }
        return .complete
    }

    private func setOptions(_ easy: UnsafeMutableRawPointer, sink: DownloadSink, offset: Int) -> Bool {
        let context = Unmanaged.passUnretained(sink).toOpaque()
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_FOLLOWLOCATION, 1), (CURLOPT_MAXREDIRS, 10), (CURLOPT_NOSIGNAL, 1), (CURLOPT_FAILONERROR, 1),
            (CURLOPT_CONNECTTIMEOUT, 20), (CURLOPT_LOW_SPEED_LIMIT, 100), (CURLOPT_LOW_SPEED_TIME, 30),
            (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2), (CURLOPT_TCP_KEEPALIVE, 1),
        ]
        let texts: [(CURLoption, String)] = [
            (CURLOPT_URL, url), (CURLOPT_USERAGENT, "steno/\(Release.version)"), (CURLOPT_PROTOCOLS_STR, "http,https"),
            (CURLOPT_REDIR_PROTOCOLS_STR, url.hasPrefix("https:") ? "https" : "http,https"),
        ]
        return numbers.allSatisfy { ccurl_set_long(easy, $0, $1) == CURLE_OK }
            && texts.allSatisfy { ccurl_set_string(easy, $0, $1) == CURLE_OK }
            && ccurl_set_offset(easy, CURLOPT_RESUME_FROM_LARGE, curl_off_t(offset)) == CURLE_OK
            && ccurl_set_write(easy, receiveBytes, context) == CURLE_OK
            && ccurl_set_progress(easy, checkProgress, context) == CURLE_OK
    }
}

private func receiveBytes(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes, let context else { return 0 }
    let sink = Unmanaged<DownloadSink>.fromOpaque(context).takeUnretainedValue()
    return sink.receive(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}

private func checkProgress(
    _ context: UnsafeMutableRawPointer?,
    _: curl_off_t,
    _: curl_off_t,
    _: curl_off_t,
    _: curl_off_t
) -> Int32 {
    guard let context else { return 1 }
    return Unmanaged<DownloadSink>.fromOpaque(context).takeUnretainedValue().isCancelled() ? 1 : 0
}
