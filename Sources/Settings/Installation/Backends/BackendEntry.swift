import Backends
import Foundation
import JSON

/// One server as the configuration file names it: what all kinds of servers have.
struct BackendEntry {
    private static let common = [
        "url", "key", "keyFile", "keyEnv", "model", "models", "weight", "concurrency", "timeoutMs", "tier",
    ]

    let name: String
    private let members: [String: JSONValue]

    /// - Parameter others: Members that servers of this kind have besides.
    init(_ value: JSONValue, name: String, others: [String] = []) throws(ConfigurationFile.Problem) {
        guard case .object(let members) = value else { throw .init("\(name) is not a JSON object.") }
        try ConfigurationFile.check(members.keys, are: Self.common + others, of: name)
        self.name = name
        self.members = members
    }

    func url() throws(ConfigurationFile.Problem) -> String {
        guard let url = try text("url") else { throw .init("\(name).url is missing.") }
        return url
    }

    /// The longest wait for an answer.
    func timeout() throws(ConfigurationFile.Problem) -> Duration? {
        try whole("timeoutMs", in: 100...3_600_000).map { .milliseconds($0) }
    }

    /// - Parameters:
    ///   - concurrency: Where the file says nothing.
    ///   - adapts: Whether the number of requests at once is learned.
    func terms(concurrency: Int, adapts: Bool) throws(ConfigurationFile.Problem) -> MemberTerms {
        MemberTerms(
            name: "",
            models: Set(try texts("models")),
            weight: try number("weight", in: 0.01...1_000) ?? 1,
            concurrency: try whole("concurrency", in: 1...1_000) ?? concurrency,
            tier: try whole("tier", in: 0...100) ?? 0,
            adapts: adapts
        )
    }

    /// The key: itself, the first line of a file, or what an environment variable has.
    func key() throws(ConfigurationFile.Problem) -> String? {
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

    func text(_ key: String) throws(ConfigurationFile.Problem) -> String? {
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
