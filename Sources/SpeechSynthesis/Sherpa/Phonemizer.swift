import Glibc
import Subprocess
import SystemPackage

/// Turns text into phonemes with espeak-ng, which runs as a program of its own for each piece of text.
///
/// It is not linked, since its licence is the GPL. A run takes about 10 ms.
struct Phonemizer: Sendable {
    /// A path, or a name to find on PATH.
    var program = "espeak-ng"
    /// The language, as espeak-ng calls it.
    let language: String
    let tokens: VoiceTokens

    /// More than the phonemes of the longest piece.
    private static let longestOutput = 1 << 18

    /// - Throws: `NeuralVoiceError` when the program is not there, or does not know the language.
    func check() async throws(NeuralVoiceError) {
        guard let path = try? await path else { throw .noPhonemizer(program: program) }
        guard await !phonemes(of: "One.", path: path).sentences.isEmpty else {
            throw .noLanguage(name: language, program: program)
        }
    }

    /// - Throws: `SynthesisError`.
    func phonemes(of text: some StringProtocol) async throws(SynthesisError) -> Phonemes {
        guard let path = try? await path else { throw .engineFailed }
        let phonemes = await phonemes(of: text, path: path)
        guard !Task.isCancelled else { throw .cancelled }
        return phonemes
    }

    /// Nothing where the program fails.
    private func phonemes(of text: some StringProtocol, path: FilePath) async -> Phonemes {
        let clauses = Clauses(text)
        guard !clauses.texts.isEmpty else { return Phonemes(groups: [], marks: [], scalars: []) }

        // Each line is read by itself, and an empty one makes an empty one.
        let input = clauses.texts.map { $0 + "\n\n" }.joined()
        guard let output = await output(of: path, for: input) else {
            return Phonemes(groups: [], marks: [], scalars: [])
        }
        let groups = Self.groups(output)
        guard groups.count == clauses.texts.count else {
            // It found no word in a clause; then the marks are not known to be in their places.
            return Phonemes(groups: [groups.joined(separator: " ")], marks: ["."], scalars: tokens.scalars)
        }

        return Phonemes(groups: groups, marks: clauses.marks, scalars: tokens.scalars)
    }

    /// What the program makes of its input; `nil` where it fails.
    ///
    /// It runs in a task of its own, which nobody cancels: Subprocess ends this process when it is cancelled while it
    /// writes, and what is cancelled would have been ready in some milliseconds.
    private func output(of path: FilePath, for input: String) async -> String? {
        // A write to a program that has ended is an error of the write, not the end of this process.
        signal(SIGPIPE, SIG_IGN)
        let language = language
        let run = Task {
            let result = try await Subprocess.run(
                .path(path),
                arguments: ["-q", "--ipa", "-v", language],
                environment: .custom([:]),
                workingDirectory: "/",
                input: .inputWriter,
                output: .string(limit: Self.longestOutput),
                error: .discarded
            ) { execution in
                // Where the program has ended early, its status says so.
                _ = try? await execution.standardInputWriter.write(input)
                try? await execution.standardInputWriter.finish()
            }
            return result.terminationStatus.isSuccess ? result.standardOutput : nil
        }

        return try? await run.value
    }

    /// Lines that no empty line parts.
    private static func groups(_ output: String) -> [String] {
        output.split(separator: "\n", omittingEmptySubsequences: false)
            .split { $0.allSatisfy(\.isWhitespace) }
            .map { $0.joined(separator: " ") }
    }

    private var path: FilePath {
        get async throws {
            if program.contains("/"), access(program, X_OK) == 0 { return FilePath(program) }
            return try await Executable.name(program).resolveExecutablePath(in: .inherit)
        }
    }
}
