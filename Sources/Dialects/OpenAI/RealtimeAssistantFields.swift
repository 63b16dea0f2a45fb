import Audio
import Chat
import JSON
import Sessions

/// What a `session` or `response` object says about how the assistant answers, in either shape.
struct RealtimeAssistantFields {
    private static let speeds = 0.25...4.0
    private static let maximumTokens = 1...1_000_000
    private static let maximumPairs = 16

    let fields: JSONFields

    func update() throws(ClientError) -> AssistantUpdate {
        var update = AssistantUpdate()
        if let instructions = try fields.nullableString("instructions") { update.instructions = instructions ?? "" }
        update.modality = try modality()
        try readOutput(into: &update)
        try readTools(into: &update)
        update.maximumTokens = try maximumTokens("max_response_output_tokens")
        if let maximum = try maximumTokens("max_output_tokens") { update.maximumTokens = maximum }
        update.allowsParallelCalls =
            fields.values["parallel_tool_calls"] == .null
            ? nil : try fields.bool("parallel_tool_calls")
        update.temperature =
            fields.values["temperature"] == .null
            ? .some(nil) : try fields.number("temperature", in: 0...2).map { .some($0) }
        if let reasoning = try fields.object("reasoning") {
            update.effort = try reasoning.nullableString("effort", maximum: 32)
        }
        return update
    }

    /// What a `turn_detection` object says about answers.
    static func read(turnDetection fields: JSONFields, into update: inout AssistantUpdate) throws(ClientError) {
        func flag(_ name: String) throws(ClientError) -> Bool? {
            fields.values[name] == .null ? nil : try fields.bool(name)
        }
        update.createsResponse = try flag("create_response")
        update.interruptsResponse = try flag("interrupt_response")
        switch fields.values["idle_timeout_ms"] {
        case nil: break
        case .null: update.idleTimeout = .some(nil)
        case _?:
            let milliseconds = try fields.integer("idle_timeout_ms", in: 1...3_600_000)
            update.idleTimeout = milliseconds.map { .some(.milliseconds($0)) }
        }
    }

    /// Metadata: at most 16 pairs of a name of 64 and a value of 512 characters.
    func metadata() throws(ClientError) -> [String: String] {
        guard let object = try fields.object("metadata") else { return [:] }
        guard object.values.count <= Self.maximumPairs else { throw fields.wrong("metadata", "at most 16 pairs") }

        var metadata: [String: String] = [:]
        for name in object.values.keys {
            let value = try object.string(name)
            guard let value, value.count <= 512, name.count <= 64 else {
                throw object.wrong(name, "a name of at most 64 characters with a value of at most 512")
            }
            metadata[name] = value
        }

        return metadata
    }

    private func modality() throws(ClientError) -> AssistantSettings.Modality? {
        for name in ["output_modalities", "modalities"] {
            switch fields.values[name] {
            case nil, .null: continue
            case .array(let names):
                // The beta names both for speech, as its text comes with it.
                if names.contains("audio") { return .audio }
                if names == ["text"] { return .text }
                throw fields.wrong(name, "[\"audio\"] or [\"text\"]")
            case _?: throw fields.wrong(name, "[\"audio\"] or [\"text\"]")
            }
        }

        return nil
    }

    private func readOutput(into update: inout AssistantUpdate) throws(ClientError) {
        update.outputFormat = try RealtimeSessionFields.format(fields, "output_audio_format")
        update.voice = try voice(fields)
        update.speed = try speed(fields)
        guard let output = try fields.object("audio")?.object("output") else { return }
        update.outputFormat = try RealtimeSessionFields.format(output, "format") ?? update.outputFormat
        update.voice = try voice(output) ?? update.voice
        update.speed = try speed(output) ?? update.speed
    }

    private func speed(_ fields: JSONFields) throws(ClientError) -> Double? {
        fields.values["speed"] == .null ? nil : try fields.number("speed", in: Self.speeds)
    }

    private func voice(_ fields: JSONFields) throws(ClientError) -> String? {
        switch fields.values["voice"] {
        case nil, .null: return nil
        case .object:
            guard let voice = try fields.object("voice")?.string("id", maximum: JSONFields.maximumName) else {
                throw fields.wrong("voice", "a name, or an object with an id")
            }
            return voice
        case _?: return try fields.string("voice", maximum: JSONFields.maximumName)
        }
    }

    private func maximumTokens(_ name: String) throws(ClientError) -> Int?? {
        switch fields.values[name] {
        case nil: nil
        case .null, "inf": .some(nil)
        case _?: try fields.integer(name, in: Self.maximumTokens).map { .some($0) }
        }
    }

    private func readTools(into update: inout AssistantUpdate) throws(ClientError) {
        switch fields.values["tools"] {
        case nil: break
        case .null: update.tools = []
        case .array(let tools):
            var read: [ChatTool] = []
            for (index, tool) in tools.enumerated() {
                let tool = JSONFields(values: tool.members, path: fields.path + "tools[\(index)].")
                if let function = try Self.function(tool) { read.append(function) }
            }
            update.tools = read
        case _?: throw fields.wrong("tools", "an array")
        }

        switch fields.values["tool_choice"] {
        case nil, .null: break
        case .string("auto"): update.toolChoice = .auto
        case .string("none"): update.toolChoice = ChatToolChoice.none
        case .string("required"): update.toolChoice = .required
        case .object(let choice):
            let name = choice["name"] ?? choice["function"]?["name"]
            guard let name = name?.string else { throw fields.wrong("tool_choice", "a function with a name") }
            update.toolChoice = .function(name)
        case _?: throw fields.wrong("tool_choice", "'auto', 'none', 'required' or a function")
        }
    }

    /// A function; nothing for tools of other kinds, which are not called here.
    private static func function(_ tool: JSONFields) throws(ClientError) -> ChatTool? {
        guard try tool.string("type") ?? "function" == "function" else { return nil }

        // As chat completions have it, the function stands in an object of its own.
        let fields = try tool.object("function") ?? tool
        guard let name = try fields.string("name", maximum: JSONFields.maximumName) else {
            throw fields.missing("name")
        }
        let parameters = fields.values["parameters"].flatMap { $0 == .null ? nil : $0 }
        return ChatTool(
            name: name,
            description: try fields.nullableString("description") ?? nil,
            parameters: parameters.map { String(decoding: $0.text, as: UTF8.self) }
        )
    }
}

/// What `response.create` asks for.
struct RealtimeReplyRequest {
    let fields: JSONFields

    func request() throws(ClientError) -> ReplyRequest {
        var request = ReplyRequest()
        let assistant = RealtimeAssistantFields(fields: fields)
        request.changes = try assistant.update()
        request.metadata = try assistant.metadata()
        switch fields.values["conversation"] {
        case nil, .null, "auto": break
        case "none": request.isOutOfBand = true
        case _?: throw fields.wrong("conversation", "'auto' or 'none'")
        }

        switch fields.values["input"] {
        case nil, .null: break
        case .array(let entries):
            var input: [ReplyRequest.Input] = []
            for (index, entry) in entries.enumerated() {
                let entry = JSONFields(values: entry.members, path: fields.path + "input[\(index)].")
                if try entry.string("type") == "item_reference" {
                    guard let id = try entry.string("id") else { throw entry.missing("id") }
                    input.append(.reference(id))
                } else {
                    input.append(.item(try item(entry)))
                }
            }
            request.input = input
        case _?: throw fields.wrong("input", "an array of items")
        }

        return request
    }

    private func item(_ entry: JSONFields) throws(ClientError) -> ConversationItem {
        var audio: [UInt8]?
        let item = try RealtimeItem.read(entry, audio: &audio)
        guard audio == nil else {
            let message =
                "Audio in the input of a response needs a 'transcript'. Create an item of it, and refer to that."
            throw ClientError(.invalidValue, message, param: entry.path + "content")
        }
        return item
    }
}
