import ArgumentParser
import StenoClient

/// `steno chat`: a conversation in the terminal.
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talk with a running server and its language model.",
        discussion: """
            Speak into the microphone, and the bot answers through the loudspeaker; both sides are printed. Who speaks \
            while the bot does interrupts it. With --text, type lines instead; with --input, a WAV file speaks. Any \
            server with OpenAI's Realtime protocol will do: --url wss://api.openai.com --model gpt-realtime \
            --transcriber whisper-1, with its key.

            Exit status: 0 if all went well, 1 after a failed answer or an error of the server, 2 if a file, the address \
            or the sound of this machine cannot be used.
            """
    )

    @Option(help: "The server's WebSocket address; its path is /v1/realtime unless it has one.")
    var url = ChatOptions().url

    @OptionGroup var access: AccessOptions

    @Option(help: "The server's name for the model that answers.")
    var model = ChatOptions().model

    @Option(help: "A character of the server that answers, by its name or id.")
    var character: String?

    @Option(help: "Whose memory of you the character has: the name of an instance, made if there is none.")
    var instance: String?

    @Option(help: "What the bot is told to be (default: what the server has).")
    var instructions: String?

    @Option(help: "The bot's voice (default: what the server has).")
    var voice: String?

    @Option(help: "The language of the speech, such as en.")
    var language: String?

    @Option(help: "A model for the transcripts of what you say, which OpenAI's server makes only when one is named.")
    var transcriber: String?

    @Flag(help: "Type lines, read answers; no sound. The end of the input ends the conversation.")
    var text = false

    @Option(
        help: "Speak this WAV file at the pace of speech, and end after the last answer; - is standard input.",
        completion: .file(extensions: ["wav"])
    )
    var input: String?

    @Option(help: "Write what was heard of the bot into this WAV file.", completion: .file(extensions: ["wav"]))
    var output: String?

    func validate() throws {
        if instance != nil, character == nil {
            throw ValidationError("--instance belongs to a character: name it with --character.")
        }
        if text, input != nil || output != nil {
            throw ValidationError("--text is without sound: leave out --input and --output, or --text.")
        }
    }

    func run() async throws {
        let settings = ChatSettings(
            isSpoken: !text,
            voice: voice,
            instructions: instructions,
            language: language,
            transcriber: transcriber
        )
        let options = ChatOptions(
            url: url,
            access: access.serverAccess,
            model: model,
            character: character,
            instance: instance,
            settings: settings,
            medium: medium,
            output: output
        )
        let status = await chat(options: options)
        if status != 0 { throw ExitCode(status) }
    }

    private var medium: ChatOptions.Medium {
        if text { return .text }
        return input.map { .file($0) } ?? .sound
    }
}
