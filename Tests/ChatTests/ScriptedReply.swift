import HTTPTransfer
import Synchronization
import TestSupport

@testable import Chat

/// Answers as servers of language models write them.
enum ScriptedReply {
    static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

    /// An event whose choice has this delta.
    static func delta(_ delta: String, finish: String? = nil) -> String {
        let reason = finish.map { "\"\($0)\"" } ?? "null"
        return "data: {\"choices\":[{\"index\":0,\"delta\":\(delta),\"finish_reason\":\(reason)}]}\n\n"
    }

    static func text(_ text: String) -> String { delta("{\"content\":\"\(text)\"}") }

    static let done = "data: [DONE]\n\n"

    /// What a model makes of a body that comes in these pieces.
    static func parts(_ pieces: [[UInt8]]) throws -> (text: String, calls: [ChatCall], end: ChatEnd) {
        var body = ReplyBody(firstToken: .seconds(1), idle: .seconds(1), at: .now)
        let now = ContinuousClock.now
        var parts: [ChatPart] = []
        for piece in pieces where !body.isComplete { parts += try body.take(piece, at: now) }
        let (rest, end) = try body.finish()
        return (parts + rest).joined(end)
    }
}

extension [ChatPart] {
    var text: String {
        compactMap { part in
            if case .text(let text) = part { text } else { nil }
        }.joined()
    }

    var calls: [ChatCall] {
        compactMap { part in
            if case .call(let call) = part { call } else { nil }
        }
    }

    fileprivate func joined(_ end: ChatEnd) -> (text: String, calls: [ChatCall], end: ChatEnd) { (text, calls, end) }
}

/// Gathers what a model delivers.
final class Delivery: Sendable {
    private let state = Mutex<[ChatPart]>([])

    var parts: [ChatPart] { state.withLock { $0 } }

    func take(_ part: ChatPart) { state.withLock { $0.append(part) } }
}

extension ChatCompletionsModel {
    convenience init(
        _ backend: ScriptedBackend,
        firstToken: Duration = .seconds(60),
        idle: Duration = .seconds(60),
        key: String? = nil,
        responseLimit: Int = 16 << 20
    ) throws {
        var configuration = Configuration(baseURL: "http://127.0.0.1:\(backend.port)/v1", apiKey: key, model: "m")
        configuration.firstTokenTimeout = firstToken
        configuration.idleTimeout = idle
        configuration.responseLimit = responseLimit
        try self.init(configuration: configuration, transport: HTTPTransport())
    }
}

extension LanguageModel {
    /// The whole reply.
    func answer(_ request: ChatRequest) async throws -> (parts: [ChatPart], end: ChatEnd) {
        let delivery = Delivery()
        let end = try await reply(to: request) { delivery.take($0) }
        return (delivery.parts, end)
    }

    func answer(_ text: String) async throws -> (parts: [ChatPart], end: ChatEnd) {
        try await answer(ChatRequest(messages: [.user(text)]))
    }
}
