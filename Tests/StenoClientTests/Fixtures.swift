import Audio
import FoundationEssentials
import Synchronization

@testable import StenoClient

/// A value that several tasks change.
final class Shared<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { state = Mutex(value) }

    var value: Value { state.withLock { $0 } }

    func update(_ change: (inout sending Value) -> Void) { state.withLock { change(&$0) } }
}

/// What a console wrote to both streams, in order.
struct Screen: Sendable {
    let output = Shared("")
    let errors = Shared("")
    /// Both together, as a terminal shows them.
    let all = Shared("")

    func console(columns: Int? = nil) -> Console {
        Console(output: stream(output, columns: nil), errors: stream(errors, columns: columns))
    }

    private func stream(_ target: Shared<String>, columns: Int?) -> OutputStream {
        OutputStream(
            write: { [all] text in
                target.update { $0 += text }
                all.update { $0 += text }
            },
            columns: { columns }
        )
    }
}

/// Runs `body` with a file that exists only so long.
func withFile<Result>(_ bytes: [UInt8], _ body: (_ path: String) async throws -> Result) async throws -> Result {
    let path = FileManager.default.temporaryDirectory.path + "/steno-test-\(UInt64.random(in: 0...(.max))).wav"
    try Data(bytes).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

/// Samples in which no two neighbours are alike.
func ramp(_ count: Int) -> [Int16] {
    (0..<count).map { Int16(truncatingIfNeeded: $0 &* 7_919 &- 5) }
}

extension [Peer.Message] {
    /// The bytes of all audio messages.
    var audio: [UInt8] {
        flatMap { message -> [UInt8] in
            guard case .json(let fields) = message, let audio = fields["audio"], let data = Data(base64Encoded: audio)
            else { return [] }
            return [UInt8](data)
        }
    }

    var types: [String] {
        map { message in
            switch message {
            case .json(let fields): fields["type"] ?? ""
            case .close: "close"
            }
        }
    }
}
