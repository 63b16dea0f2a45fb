import CCurl
import Foundation

/// Writes the bytes of one answer to a file; belongs to the thread of its download.
final class DownloadSink {
    private let easy: UnsafeMutableRawPointer
    private let file: Int32
    private let path: String
    private let report: (PullEvent) -> Void
    let isCancelled: () -> Bool
    /// Bytes in the file.
    private var written: Int
    /// Bytes that will be in it, where the server says so.
    private var total: Int?
    private var isStarted = false
    /// What ended the transfer here and not on the network.
    private(set) var failure: ModelError?

    init(
        easy: UnsafeMutableRawPointer,
        file: Int32,
        path: String,
        offset: Int,
        _ report: @escaping (PullEvent) -> Void,
        _ isCancelled: @escaping () -> Bool
    ) {
        self.easy = easy
        self.file = file
        self.path = path
        self.report = report
        self.isCancelled = isCancelled
        written = offset
    }

    /// Takes bytes of the answer's body; `false` ends the transfer.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        do throws(ModelError) {
            try start()
            try write(bytes)
        } catch {
            failure = error
            return false
        }
        report(.received(bytes: written, total: total))
        return true
    }

    /// The error of the last system call.
    var writeError: ModelError {
        guard errno == ENOSPC || errno == EDQUOT else {
            return .cannotWrite(path: path, reason: FileSystem.systemReason)
        }
        let needed = total.map { $0 - written } ?? 1
        return .diskFull(folder: folder, needed: needed, free: FileSystem.free(folder: folder))
    }

    private var folder: String { URL(filePath: path).deletingLastPathComponent().path }

    /// Looks at the length that the answer's head announces before anything is written.
    private func start() throws(ModelError) {
        guard !isStarted else { return }
        isStarted = true
        var length: curl_off_t = -1
        let code = ccurl_get_offset(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length)
        guard code == CURLE_OK, length >= 0 else { return }
        total = written + Int(length)
        try FileSystem.reserve(Int(length), in: folder)
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(ModelError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Foundation.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw writeError }
            rest = rest.dropFirst(count)
            written += count
        }
    }
}
