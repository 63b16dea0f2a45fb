import Foundation
import JSON

/// The file that `STENO_CONFIG` names: a JSON object with lists of servers.
struct ConfigurationFile {
    /// What is wrong with the file, as the end of a sentence that names the setting.
    struct Problem: Error, Equatable, CustomStringConvertible {
        var description: String

        init(_ description: String) { self.description = description }
    }

    /// A list of servers that do the same.
    enum List: String, CaseIterable {
        /// They transcribe.
        case backends
        case languageModels
        /// They speak.
        case voices

        /// What else names such servers; only one of the two may.
        var setting: String {
            switch self {
            case .backends: "OPENAI_BASE_URL"
            case .languageModels: "LLM_BASE_URL"
            case .voices: "TTS_BASE_URL"
            }
        }
    }

    private var lists: [List: [JSONValue]] = [:]

    /// The file that the settings name; `nil` where they name none.
    static func read(_ settings: EngineSettings) throws(SettingsError) -> ConfigurationFile? {
        guard let path = settings.configurationFile else { return nil }
        return try SettingsError.naming(\.engine.configurationFile, problem: { "cannot be used: \($0)" }) {
            try ConfigurationFile(path: path)
        }
    }

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
        try Self.check(members.keys, are: List.allCases.map(\.rawValue), of: "")
        for list in List.allCases {
            guard let value = members[list.rawValue] else { continue }
            guard case .array(let elements) = value, !elements.isEmpty else {
                throw Problem("\(list.rawValue) is not a list with at least one server.")
            }
            lists[list] = elements
        }
    }

    func has(_ list: List) -> Bool { lists[list] != nil }

    /// What the servers of a list are read to.
    ///
    /// - Parameters:
    ///   - address: Of a server that the settings name instead, which is one too many.
    ///   - member: Reads one of them.
    func members<Member>(
        of list: List,
        besides address: String?,
        _ member: (_ value: JSONValue, _ name: String) throws(Problem) -> Member
    ) throws(SettingsError) -> [Member] {
        guard address == nil else {
            let problem = "has \(list.rawValue), and \(list.setting) is set too. Leave one of them out."
            throw SettingsError(\.engine.configurationFile, problem: problem)
        }

        return try SettingsError.naming(\.engine.configurationFile, problem: { "cannot be used: \($0)" }) {
            () throws(Problem) in
            var members: [Member] = []
            for (index, value) in (lists[list] ?? []).enumerated() {
                members.append(try member(value, "\(list.rawValue)[\(index)]"))
            }
            return members
        }
    }

    static func check(
        _ names: some Collection<String>,
        are known: [String],
        of place: String
    ) throws(Problem) {
        guard let unknown = names.sorted().first(where: { !known.contains($0) }) else { return }
        let path = place.isEmpty ? unknown : "\(place).\(unknown)"
        throw Problem("\(path) is not known. Known: \(known.joined(separator: ", ")).")
    }
}
