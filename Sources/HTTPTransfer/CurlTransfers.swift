internal import CCurl
internal import Limits
internal import Waiting

/// The open transfers of one libcurl multi handle.
///
/// Belongs to the driver's thread and never leaves it.
@safe final class CurlTransfers {
    private let multi: UnsafeMutableRawPointer
    private let configuration: HTTPTransport.Configuration
    private var open: [CurlDriver.ID: CurlTransfer] = [:]

    /// - Parameter multi: Outlives this object.
    init(multi: UnsafeMutableRawPointer, configuration: HTTPTransport.Configuration) {
        unsafe self.multi = unsafe multi
        self.configuration = configuration
        unsafe ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX)
        unsafe ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.maxIdleConnections)
    }

    func apply(_ commands: [CurlDriver.Command]) {
        for command in commands {
            switch command {
            case .start(let id, let request, let reply): start(id, request: request, reply: reply)
            case .cancel(let id): finish(id, result: .failure(.cancelled))
            case .resume(let id): resume(id)
            case .release(let id): open[id]?.deadline.end(by: .now + .seconds(1))
            }
        }
    }

    /// Reads and writes what the sockets allow, and answers the requests that are done, or whose time is up.
    ///
    /// What has come is read before the time is looked at: an answer that lies there is in time.
    func advance() {
        var running: Int32 = 0
        check(unsafe curl_multi_perform(multi, &running))
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            // The message is gone once its handle is removed.
            let code = unsafe message.pointee.data.result
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle else {
                continue
            }
            if let transfer = unsafe CurlTransfer.owner(of: easy) { settle(transfer, code: code) }
        }

        for transfer in open.values where transfer.deadline.time <= .now {
            finish(transfer.id, result: transfer.outcome(CURLE_OPERATION_TIMEDOUT))
        }
    }

    /// Sleeps until a socket is ready, a time limit passes or `descriptor` can be read.
    func waitForEvents(orReadable descriptor: Int32) {
        let time = open.values.map(\.deadline.time).reduce(.now + .seconds(3_600), min)
        var command = curl_waitfd(fd: descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        // One more, because `milliseconds` rounds down.
        check(unsafe curl_multi_poll(multi, &command, 1, Int32(max(.zero, time - .now).milliseconds + 1), nil))
        if time + Standstill.leastDelay < .now {
            for transfer in open.values { transfer.deadline.extend(until: .now + Standstill.grace) }
        }
    }

    func failAll(_ error: TransferError) {
        for id in Array(open.keys) { finish(id, result: .failure(error)) }
    }

    private func start(_ id: CurlDriver.ID, request: TransferRequest, reply: TransferReply) {
        do {
            let transfer = try CurlTransfer(id: id, request, reply, configuration: configuration)
            open[id] = transfer
            add(transfer)
        } catch {
            reply.fail(error)
        }
    }

    /// Lets bytes come again, for which the reader has made room.
    private func resume(_ id: CurlDriver.ID) {
        guard let code = open[id]?.resume(), code != CURLE_OK else { return }
        finish(id, result: .failure(.unavailable(reason: unsafe String(cString: curl_easy_strerror(code)))))
    }

    private func add(_ transfer: CurlTransfer) {
        let code = unsafe curl_multi_add_handle(multi, transfer.easy)
        if code != CURLM_OK { finish(transfer.id, result: .failure(.unavailable(reason: text(of: code)))) }
    }

    private func settle(_ transfer: CurlTransfer, code: CURLcode) {
        guard transfer.prepareRepeat(after: code) else { return finish(transfer.id, result: transfer.outcome(code)) }
        unsafe curl_multi_remove_handle(multi, transfer.easy)
        add(transfer)
    }

    private func finish(_ id: CurlDriver.ID, result: Result<TransferResponse, TransferError>) {
        guard let transfer = open.removeValue(forKey: id) else { return }
        unsafe curl_multi_remove_handle(multi, transfer.easy)
        switch transfer.reply {
        case .whole(let answer): answer.fulfill(result)
        case .streamed(let mailbox, _): mailbox.finish(result.map { _ in })
        }
    }

    /// A failure of the whole multi handle leaves no transfer that could still be trusted.
    private func check(_ code: CURLMcode) {
        if code != CURLM_OK { failAll(.unavailable(reason: text(of: code))) }
    }

    private func text(of code: CURLMcode) -> String {
        unsafe String(cString: curl_multi_strerror(code))
    }
}
