import Foundation

/// Makes a model's folder of an archive, with the programs that every system has for that.
struct Unpacker {
    let entry: CatalogueEntry
    let archive: String
    /// Is empty, and becomes the model's.
    let folder: String
    let isCancelled: () -> Bool

    func run() throws(ModelError) {
        switch entry.format {
        case .tar: try unpackTar()
        case .zip: try unpackZip()
        }
        try check()
    }

    private func unpackTar() throws(ModelError) {
        // Recordings to try a model with are half of some archives.
        let arguments = [
            "-x", "-f", archive, "-C", folder, "--strip-components=1", "--no-same-owner", "--exclude=*/test_wavs",
        ]
        try run(["tar"] + arguments, output: nil)
    }

    private func unpackZip() throws(ModelError) {
        for file in entry.files ?? [] {
            guard let member = file.member else { continue }
            let path = folder + "/" + file.name
            do {
                let program = """
                    import shutil, sys, zipfile
                    shutil.copyfileobj(zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]), sys.stdout.buffer)
                    """
                try run(["python3", "-c", program, archive, member], output: path)
            } catch .cannotUnpack(_, let reason) {
                do {
                    try run(["unzip", "-p", archive, member], output: path)
                } catch .cannotUnpack(_, let other) {
                    let reason = "\(member): \(reason); \(other)"
                    throw .cannotUnpack(name: entry.name, reason: reason)
                }
            }
            switch file.conversion {
            case .moonshineTokenizer: try convertTokenizer(path)
            case .piperTokens: try write(Data(voice(describedBy: path).tokens.utf8), to: path)
            case .piperModel: try addMetadata(path)
            case nil: break
            }
        }
    }

    private func convertTokenizer(_ path: String) throws(ModelError) {
        let table = FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? []
        guard let text = MoonshineTokens.text(tokenizer: table) else {
            throw .cannotUnpack(name: entry.name, reason: "\(path) is no tokenizer of Moonshine")
        }
        try write(Data(text.utf8), to: path)
    }

    private func addMetadata(_ path: String) throws(ModelError) {
        let metadata = try voice(describedBy: path + ".json").metadata
        do {
            guard let file = FileHandle(forWritingAtPath: path) else { throw CocoaError(.fileNoSuchFile) }
            defer { try? file.close() }
            try file.seekToEnd()
            try file.write(contentsOf: metadata)
        } catch {
            throw FileSystem.writeError(path: path, error)
        }
    }

    private func voice(describedBy path: String) throws(ModelError) -> PiperVoice {
        guard let description = FileManager.default.contents(atPath: path),
            let voice = PiperVoice(description: description)
        else { throw .cannotUnpack(name: entry.name, reason: "\(path) is no description of a voice of Piper's") }
        return voice
    }

    private func write(_ data: Data, to path: String) throws(ModelError) {
        do {
            try data.write(to: URL(filePath: path))
        } catch {
            throw FileSystem.writeError(path: path, error)
        }
    }

    /// Compares with what the catalogue knows of single files.
    private func check() throws(ModelError) {
        for file in entry.files ?? [] {
            let path = folder + "/" + file.name
            guard FileSystem.size(path: path) != nil else {
                throw .cannotUnpack(name: entry.name, reason: "it has no \(file.name)")
            }
            guard let expected = file.sha256 else { continue }
            let got = try FileDigest.sha256(path: path)
            if got != expected { throw .wrongChecksum(file: file.name, expected: expected, got: got) }
        }
    }

    /// - Parameter output: The file that takes what the program prints.
    private func run(_ command: [String], output: String?) throws(ModelError) {
        let messages = folder + "/.messages"
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C"]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try output.map { path throws(ModelError) in try Self.create(path) }
        process.standardError = try Self.create(messages)
        let end = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in end.signal() }
        do {
            try process.run()
        } catch {
            throw .cannotUnpack(name: entry.name, reason: "\(command[0]) cannot be started")
        }

        while end.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
            if isCancelled() { process.terminate() }
        }

        if isCancelled() { throw .cancelled }
        let said = FileManager.default.contents(atPath: messages).map { String(decoding: $0, as: UTF8.self) } ?? ""
        try FileSystem.remove(path: messages)
        guard process.terminationReason != .exit || process.terminationStatus != 0 else { return }
        if said.contains("No space left on device") || FileSystem.free(folder: folder) == 0 {
            throw .diskFull(folder: folder, needed: 1, free: FileSystem.free(folder: folder))
        }
        throw .cannotUnpack(name: entry.name, reason: Self.lastLine(said) ?? "\(command[0]) failed")
    }

    private static func create(_ path: String) throws(ModelError) -> FileHandle {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw .cannotWrite(path: path, reason: FileSystem.systemReason) }
        return file
    }

    private static func lastLine(_ text: String) -> String? {
        text.split(whereSeparator: \.isNewline).last.map(String.init)
    }
}
