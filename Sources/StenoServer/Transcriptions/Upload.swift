import AudioFiles
import HTTPTypes
import Hummingbird
import Limits
import NIOCore

/// The body of a request that brings a file, read within a limit.
struct Upload {
    /// Bytes of a whole body.
    let maximum: Int
    /// What short files may hold in memory together.
    let memory: MemoryBudget

    /// Refuses a body that says it is too long, before any of it is read.
    func check(_ request: Request) throws {
        guard let length = request.headers[.contentLength].flatMap(Int.init), length > maximum else { return }
        throw tooLarge
    }

    /// Reads a `multipart/form-data` body.
    ///
    /// A client that waits to be asked for it (RFC 9110 section 10.1.1) is asked.
    func form(
        _ request: Request,
        on channel: any Channel,
        keeping isWanted: @escaping (String) -> Bool
    ) async throws -> MultipartForm {
        try check(request)
        let boundary = try boundary(of: request)
        try await request.askForBody(on: channel)
        var reader = MultipartFormReader(boundary: boundary, memory: memory, isWanted: isWanted)
        try await read(request) { try reader.feed($0) }
        return try reader.finish()
    }

    /// Reads a body that is a file and nothing else, whatever its type is said to be.
    func file(_ request: Request, on channel: any Channel) async throws -> SpooledFile {
        try check(request)
        try await request.askForBody(on: channel)
        let file = SpooledFile(memory: memory)
        try await read(request) { try file.append($0) }
        guard file.count > 0 else {
            throw APIError(.badRequest, "The body is empty. Send a recording as the body.", code: "invalid_value")
        }
        return file
    }

    private func read(_ request: Request, take: ([UInt8]) throws -> Void) async throws {
        var count = 0
        do {
            for try await var buffer in request.body {
                count += buffer.readableBytes
                guard count <= maximum else { throw tooLarge }
                try take(buffer.readBytes(length: buffer.readableBytes) ?? [])
            }
        } catch {
            // What is not ours says that the connection ended, or broke the rules of HTTP.
            throw APIError(transcribing: error) ?? APIError(reading: error) ?? Self.cutOff
        }
    }

    private func boundary(of request: Request) throws -> String {
        let type = ParameterizedHeader(request.headers[.contentType] ?? "")
        guard type.value == "multipart/form-data", let boundary = type.parameters["boundary"] else {
            let message = "The body must be multipart/form-data with a boundary, and have the audio as its part 'file'."
            throw APIError(.badRequest, message, code: "invalid_form").closing
        }

        guard MultipartParser.isBoundary(boundary) else {
            let message =
                "The boundary of the form must be 1 to 70 letters, digits, or characters of '()+_,-./:=? and space."
            throw APIError(.badRequest, message, code: "invalid_form").closing
        }

        return boundary
    }

    private static let cutOff = APIError(.badRequest, "The body of the request ended before it was whole.").closing

    private var tooLarge: APIError {
        APIError(
            .contentTooLarge,
            "The upload is over the limit of \(maximum) bytes. Send a shorter or a compressed file.",
            code: "file_too_large",
            param: "file"
        ).closing
    }
}
