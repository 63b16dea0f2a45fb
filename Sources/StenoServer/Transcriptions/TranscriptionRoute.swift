import AudioFiles
import Foundation
import HTTPTypes
import Hummingbird
import Limits
import Logging
import NIOCore
import Sessions
import SpeechDetection
import Transcription
import Waiting
import WebSocketTransport

/// `POST /v1/audio/transcriptions`: a file in, its transcript out.
struct TranscriptionRoute: Sendable {
    let settings: SessionSettings
    let detectors: DetectorFactory
    let transcriber: any Transcriber
    let metrics: SessionMetrics
    let drain: SessionDrain
    let accounts: KeyAccounts
    let upload: Upload
    let files: AudioFileReader
    /// Read bodies as they come, which must not wait for what is being decoded.
    let uploadThreads: WorkThreads
    /// Decode, cut and transcribe.
    let fileThreads: WorkThreads
    /// The English name of the language that the engine hears when nobody names one.
    let engineLanguage: String?

    /// OpenAI's path, Groq's, one without a version, whisper.cpp's, and Azure's.
    private static let paths: [RouterPath] = [
        "/v1/audio/transcriptions", "/openai/v1/audio/transcriptions", "/audio/transcriptions", "/inference",
        "/openai/deployments/:deployment/audio/transcriptions",
    ]
    private static let translations: [RouterPath] = [
        "/v1/audio/translations", "/openai/v1/audio/translations", "/audio/translations",
        "/openai/deployments/:deployment/audio/translations",
    ]

    func add(to router: Router<ServerContext>) {
        for path in Self.paths {
            router.post(path) { request, context in try await answer(request, context) }
        }
        for path in Self.translations {
            router.post(path) { _, _ -> Response in
                let message = "This server transcribes but does not translate. Use /v1/audio/transcriptions."
                throw APIError(.notFound, message, code: "translation_not_supported").closing
            }
        }
    }

    private func answer(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await interruptibly(context) { interruption, seat in
            let job = try await interruption.run { try await read(request, context).job }
            var response = try await answer(job, interruption, seat, context.logger)
            if let name = Self.ignoredBytes, job.ignoredBytes > 0 { response.headers[name] = "\(job.ignoredBytes)" }
            return response
        }
    }

    /// Transcribes a body that is a recording and nothing else, for routes that have another form.
    func transcript(
        of request: Request,
        _ context: ServerContext,
        as form: TranscriptionForm
    ) async throws -> FileTranscript {
        try await interruptibly(context) { interruption, seat in
            let job = try await interruption.run {
                let source = try await withTaskExecutorPreference(uploadThreads) {
                    try await upload.file(request, on: context.channel)
                }
                return try await makeJob(source, form: form, context: context)
            }
            defer { withExtendedLifetime(seat) {} }
            return try await transcribe(job.file, interruption: interruption)
        }
    }

    /// Runs the work on one request, which ends when the client goes or the server stops.
    private func interruptibly<Value>(
        _ context: ServerContext,
        work: (Interruption, SessionDrain.Seat) async throws -> Value
    ) async throws -> Value {
        let interruption = Interruption()
        do {
            let controls = SessionDrain.Controls(
                // The whole file is on its way already; what is left is waiting for it.
                endInput: {},
                disconnect: { interruption.interrupt(.serverStopping) }
            )
            let seat = try enter(controls)
            try accounts.checkAudio(of: context.client.name)
            try await context.channel.notifyPeerClose { interruption.interrupt(.clientGone) }
            return try await work(interruption, seat)
        } catch {
            if error as? AudioFileError == .noRoom {
                context.logger.warning("No room for a file on disk or in memory (TMPDIR, MAX_MEMORY_BYTES)")
            }
            throw APIError(transcribing: error) ?? error
        }
    }

    /// What a request turned out to ask for.
    struct Job {
        var form: TranscriptionForm
        var file: FileTranscription
        var ignoredBytes: Int
    }

    private func answer(
        _ job: Job,
        _ interruption: Interruption,
        _ seat: SessionDrain.Seat,
        _ logger: Logger
    ) async throws -> Response {
        let file = job.file
        if job.form.isStreamed { return stream(file, interruption: interruption, seat: seat, logger: logger) }
        let transcript = try await transcribe(file, interruption: interruption)
        withExtendedLifetime(seat) {}
        return try TranscriptRendering(transcript, as: job.form, language: language(of: transcript, file)).response
    }

    private func transcribe(_ file: FileTranscription, interruption: Interruption) async throws -> FileTranscript {
        try await withTaskExecutorPreference(fileThreads) { try await interruption.run { try await file.run() } }
    }

    private static let ignoredBytes = HTTPField.Name("x-steno-ignored-bytes")

    private func enter(_ controls: SessionDrain.Controls) throws -> SessionDrain.Seat {
        do throws(SessionDrain.Refusal) {
            return try drain.enter(controls)
        } catch {
            throw APIError.refused(error).closing
        }
    }

    /// Reads a form, and the recording in it.
    ///
    /// - Parameter more: Names of fields that the caller wants besides those of a transcription.
    /// - Returns: The fields, too, for those that only the caller knows.
    func read(
        _ request: Request,
        _ context: ServerContext,
        keeping more: Set<String> = []
    ) async throws -> (job: Job, fields: MultipartForm) {
        let body = try await withTaskExecutorPreference(uploadThreads) {
            try await upload.form(request, on: context.channel) { name in
                more.contains(name) || TranscriptionForm.isWanted(name)
            }
        }
        var form = try TranscriptionForm(body)
        try form.checkPrompt(maximum: settings.maximumPrompt)
        form.model = form.model ?? context.parameters.get("deployment")?.removingPercentEncoding
        return (try await makeJob(try TranscriptionForm.file(of: body), form: form, context: context), body)
    }

    private func makeJob(_ source: SpooledFile, form: TranscriptionForm, context: ServerContext) async throws -> Job {
        let recording = try await withTaskExecutorPreference(fileThreads) { try await files.read(source) }
        guard recording.samples.count >= FileTranscription.minimumLength else {
            let message = "The audio is shorter than 0.1 seconds, the least that can be transcribed."
            throw APIError(.badRequest, message, code: "audio_too_short", param: "file")
        }
        try accounts.take(samples: recording.samples.count, of: context.client.name)
        if recording.ignoredBytes > 0 {
            let metadata: Logger.Metadata = ["steno.file.ignored_bytes": "\(recording.ignoredBytes)"]
            context.logger.notice("WAV file longer than its header says", metadata: metadata)
        }
        return Job(
            form: form,
            file: try file(recording, form: form, context: context),
            ignoredBytes: recording.ignoredBytes
        )
    }

    private func file(
        _ recording: AudioFileReader.Recording,
        form: TranscriptionForm,
        context: ServerContext
    ) throws -> FileTranscription {
        let share = upload.memory.makeShare()
        let file = FileTranscription(
            recording.samples,
            asked: form,
            settings: settings,
            detectors: detectors,
            transcriber: transcriber,
            metrics: metrics,
            share: share,
            owner: RequestOwner(key: context.client.name),
            logger: context.logger
        )
        guard share.grow(by: file.waitingBytes) else { throw AudioFileError.noRoom }
        return file
    }

    /// The name that `verbose_json` gives: what the engine heard, what was asked for, or what the engine always hears.
    private func language(of transcript: FileTranscript, _ file: FileTranscription) -> String {
        let code = transcript.language ?? file.settings.language
        return code.flatMap { SpokenLanguage(naming: $0)?.name } ?? engineLanguage ?? "unknown"
    }

    /// Answers with events while the file is being transcribed.
    private func stream(
        _ file: FileTranscription,
        interruption: Interruption,
        seat: SessionDrain.Seat,
        logger: Logger
    ) -> Response {
        let body = ResponseBody { writer in
            let pieces = BoundedChannel<ByteBuffer>(capacity: 4)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: fileThreads) {
                    defer { pieces.finish() }
                    await pieces.send(
                        try await Self.run(file, interruption: interruption, into: pieces, logger: logger)
                    )
                }
                for await piece in pieces { try await writer.write(piece) }
                try await group.waitForAll()
            }
            withExtendedLifetime(seat) {}
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache"],
            body: body
        )
    }

    /// Sends the deltas; returns what comes last.
    private static func run(
        _ file: FileTranscription,
        interruption: Interruption,
        into pieces: BoundedChannel<ByteBuffer>,
        logger: Logger
    ) async throws -> ByteBuffer {
        do {
            let transcript = try await interruption.run {
                try await file.run { segment in await pieces.send(try TranscriptStream.delta(segment)) }
            }
            return try TranscriptStream.done(transcript)
        } catch Interruption.Reason.clientGone {
            throw Interruption.Reason.clientGone
        } catch {
            if let error = APIError(transcribing: error) { return TranscriptStream.failure(error) }
            logger.error("Request failed", metadata: ["error": "\(error)"])
            return TranscriptStream.failure(.unforeseen)
        }
    }
}
