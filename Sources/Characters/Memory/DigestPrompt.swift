import Chat

/// How a language model is asked for a memory of a talk, and how its answer is read.
struct DigestPrompt {
    /// Bytes of one message that the model gets to read.
    static let maximumMessage = 4 << 10
    private static let maximumFacts = 5
    private static let heading = "FACTS:"

    var character: String
    var user: String
    var summary: String
    var facts: [CharacterFact]
    var messages: [CharacterMessage]

    var request: ChatRequest {
        let task = """
            You keep the memory of \(character), who talks with \(user). Write a summary of the whole conversation in at \
            most \(CharacterLimits.summaryWords) words: extend the earlier summary with what was said since. Keep names, \
            decisions, facts, preferences and open questions. After the summary write a line "\(Self.heading)" and below \
            it at most \(Self.maximumFacts) lasting facts about \(user) that are not known yet, one a line, as in \
            "- 0.9 | \(user) has a dog called Rex.", where the number from 0 to 1 says how sure it is. Write nothing else.
            """
        let parts = [
            titled("Earlier summary", text: summary),
            titled("Known facts", text: facts.map { "- \($0.text)" }.joined(separator: "\n")),
            titled("Conversation", text: messages.map(line).joined(separator: "\n")),
        ]
        let material = parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
        return ChatRequest(messages: [.system(task), .user(material)], maximumTokens: 1_000)
    }

    private func titled(_ title: String, text: String) -> String { text.isBlank ? "" : "\(title):\n\(text)" }

    private func line(_ message: CharacterMessage) -> String {
        let name = message.role == .user ? user : character
        return "\(name): \(String(decoding: message.known.utf8.prefix(Self.maximumMessage), as: UTF8.self))"
    }

    /// What the model's answer says; `nil` where it has no summary.
    static func read(_ answer: String) -> MemoryDigest? {
        let lines = answer.withoutZeros.split(separator: "\n", omittingEmptySubsequences: false)
        let marks: Set<Character> = ["*", "#", " ", "\t", "\r"]
        let place = lines.firstIndex { $0.filter { !marks.contains($0) }.lowercased() == heading.lowercased() }
        let text = lines[..<(place ?? lines.count)].joined(separator: " ")
        let summary = shortened(text)
        guard !summary.isEmpty else { return nil }
        let facts = place.map { lines[($0 + 1)...].compactMap(fact) } ?? []
        return MemoryDigest(summary: summary, facts: Array(facts.prefix(maximumFacts)))
    }

    /// At most so many words and bytes as a summary may have, to the end of a sentence where there is one.
    private static func shortened(_ text: String) -> String {
        let words = text.split(whereSeparator: \.isWhitespace)
        var kept = words.prefix(CharacterLimits.summaryWords)
        var bytes = kept.reduce(0) { $0 + $1.utf8.count + 1 }
        while bytes > CharacterLimits.summary, let last = kept.popLast() { bytes -= last.utf8.count + 1 }
        if kept.count < words.count, let end = kept.lastIndex(where: { ".!?。".contains($0.last ?? " ") }) {
            kept = kept[...end]
        }
        return kept.joined(separator: " ")
    }

    /// A line such as `- 0.9 | Rex is a dog.`; the number may be missing.
    private static func fact(_ line: Substring) -> MemoryDigest.Fact? {
        guard let mark = line.first(where: { !$0.isWhitespace }), "-*•".contains(mark) else { return nil }
        let rest = line.drop { $0.isWhitespace || "-*•".contains($0) }
        let parts = rest.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let number = parts.count == 2 ? Double(parts[0].filter { !$0.isWhitespace }) : nil
        let text = (number == nil ? rest : parts[1]).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !text.isEmpty, text.utf8.count <= CharacterLimits.fact else { return nil }
        return MemoryDigest.Fact(text: text, confidence: number.flatMap { (0...1).contains($0) ? $0 : nil })
    }
}
