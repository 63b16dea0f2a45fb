import Dialects
import Sessions

extension Dialect {
    /// The one command that a text message means to a connection in this state.
    func decode(text: Span<UInt8>) -> ClientCommand {
        var copy = self
        var commands: [ClientCommand] = []
        copy.decode(text: text, into: &commands)
        precondition(commands.count == 1, "A message means one command here")
        return commands[0]
    }

    /// The one command that a binary message means.
    func decode(binary: Span<UInt8>) -> ClientCommand {
        var copy = self
        var commands: [ClientCommand] = []
        copy.decode(binary: binary, into: &commands)
        precondition(commands.count == 1, "A message means one command here")
        return commands[0]
    }

    /// The text messages that tell of an event.
    func encode(_ event: SessionEvent) -> [[UInt8]] {
        var copy = self
        var messages: [OutgoingMessage] = []
        copy.encode(event, into: &messages)
        return messages.compactMap { message in
            guard case .text(let text) = message else { return nil }
            return text
        }
    }
}
