import Backends
import Foundation
import JSON
import Transcription

/// The file that `STENO_CONFIG` names: a JSON object whose `backends` are the servers of the pool.
struct ConfigurationFile {
    /// What is wrong with the file, as the end of a sentence that names the setting.
    struct Problem: Error, Equatable, CustomStringConvertible {
        var description: String

        init(_ description: String) { self.description = description }
    }

    private let backends: [JSONValue]

    var hasBackends: Bool { !backends.isEmpty }

    init(path: String) throws(Problem) {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw Problem("there is no file at \(path) that can be read.")
        }
        try self.init(parsing: Array(data))
    }

    init(parsing text: [UInt8]) throws(Problem) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: text.span)
        } catch {
            throw Problem("it is not JSON. \(error)")
        }
        guard case .object(let members) = document else { throw Problem("it is not a JSON object.") }
        try Self.check(members.keys, are: ["backends"], of: "")
        guard let list = members["backends"] else {
            backends = []
            return
        }
        guard case .array(let elements) = list, !elements.isEmpty else {
            throw Problem("backends is not a list with at least one backend.")
        }
        backends = elements
    }

    /// The backends; what they leave out is as the settings have it.
    func members(_ settings: EngineSettings) throws(SettingsError) -> [BackendList.Member] {
        try SettingsError.naming(\.engine.configurationFile, problem: { "cannot be used: \($0)" }) {
            try backends.enumerated().map { index, value in
                try Entry(value, name: "backends[\(index)]").member(settings)
            }
        }
    }

    fileprivate static func check(
        _ names: some Collection<String>,
        are known: [String],
        of place: String
    ) throws(Problem) {
        guard let unknown = names.sorted().first(where: { !known.contains($0) }) else { return }
        let path = place.isEmpty ? unknown : "\(place).\(unknown)"
        throw Problem("\(path) is not known. Known: \(known.joined(separator: ", ")).")
    }
}

/// One element of `backends`.
private struct Entry {
    private static let known = [
        "url", "key", "keyFile", "keyEnv", "model", "models", "weight", "concurrency", "timeoutMs", "tier",
    ]

    let name: String
    let members: [String: JSONValue]

    init(_ value: JSONValue, name: String) throws(ConfigurationFile.Problem) {
        guard case .object(let members) = value else { throw .init("\(name) is not a JSON object.") }
        try ConfigurationFile.check(members.keys, are: Self.known, of: name)
        self.name = name
        self.members = members
    }

    func member(_ settings: EngineSettings) throws(ConfigurationFile.Problem) -> BackendList.Member {
        guard let url = try text("url") else { throw .init("\(name).url is missing.") }
        var configuration = BackendList.configuration(settings, baseURL: url)
        configuration.apiKey = try key() ?? configuration.apiKey
        configuration.model = try text("model") ?? configuration.model
        configuration.maxConcurrent = try whole("concurrency", in: 1...1_000) ?? configuration.maxConcurrent
        if let timeout = try whole("timeoutMs", in: 100...3_600_000) { configuration.timeout = .milliseconds(timeout) }
        do {
            try configuration.validate()
        } catch {
            throw .init("\(name): \(error).")
        }
        let terms = MemberTerms(
            name: "",
            models: Set(try texts("models")),
            weight: try number("weight", in: 0.01...1_000) ?? 1,
            concurrency: configuration.maxConcurrent,
            tier: try whole("tier", in: 0...100) ?? 0
        )
        return BackendList.Member(configuration: configuration, terms: terms)
    }

    /// The key: itself, the first line of a file, or what an environment variable has.
    private func key() throws(ConfigurationFile.Problem) -> String? {
        let given = ["key", "keyFile", "keyEnv"].filter { members[$0] != nil }
        guard given.count <= 1 else {
            throw .init("\(name) has \(given.joined(separator: " and ")); leave one of them.")
        }
        if let file = try text("keyFile") {
            guard let text = try? String(contentsOf: URL(filePath: file), encoding: .utf8) else {
                throw .init("\(name).keyFile names a file that cannot be read as text.")
            }
            return text.split(whereSeparator: \.isNewline).first.map(String.init)
        }
        if let variable = try text("keyEnv") {
            guard let text = ProcessInfo.processInfo.environment[variable] else {
                throw .init("\(name).keyEnv names a variable that the environment does not have.")
            }
            return text
        }
        return try text("key")
    }

    private func text(_ key: String) throws(ConfigurationFile.Problem) -> String? {
        guard let value = members[key] else { return nil }
        guard let text = value.string, !text.isEmpty else { throw .init("\(name).\(key) is not a text.") }
        return text
    }

    private func texts(_ key: String) throws(ConfigurationFile.Problem) -> [String] {
        guard let value = members[key] else { return [] }
        let texts = value.elements.compactMap(\.string)
        guard case .array(let elements) = value, texts.count == elements.count else {
            throw .init("\(name).\(key) is not a list of texts.")
        }
        return texts
    }

    private func number(_ key: String, in range: ClosedRange<Double>) throws(ConfigurationFile.Problem) -> Double? {
        guard let value = members[key] else { return nil }
        guard case .number(let number) = value, range.contains(number) else {
            throw .init("\(name).\(key) is not a number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    private func whole(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationFile.Problem) -> Int? {
        guard let value = members[key] else { return nil }
        guard case .number(let number) = value, let whole = Int(exactly: number), range.contains(whole) else {
            throw .init("\(name).\(key) is not a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return whole
    }
}
