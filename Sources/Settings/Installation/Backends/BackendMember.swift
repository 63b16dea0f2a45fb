public import BackendHTTP
public import Backends
import Foundation

/// One server of several that do the same, and its part in their pool.
public struct BackendMember<Configuration: BackendConfiguration>: Equatable, Sendable {
    /// Where it is and how it is asked.
    public var configuration: Configuration
    public var terms: MemberTerms
}

/// What is the same for all lists of servers.
struct BackendDefaults<Configuration: BackendConfiguration> {
    /// What a server is asked like unless it says otherwise; its address is still to come.
    let configuration: Configuration
    let concurrency: Int
    /// Whether the number of requests at once is learned.
    ///
    /// It is not for streams: a place is held for as long as somebody listens, which says nothing of the server.
    let adapts: Bool

    /// The servers that a setting names by their addresses alone, with commas.
    ///
    /// - Parameter setting: The one that is to blame for a problem.
    func members(
        at addresses: String,
        blaming setting: (Configuration.Problem) -> PartialKeyPath<ServerSettings>
    ) throws(SettingsError) -> [BackendMember<Configuration>] {
        var members: [BackendMember<Configuration>] = []
        for address in Self.split(addresses) {
            var configuration = configuration
            configuration.baseURL = address
            do throws(Configuration.Problem) {
                try configuration.validate()
            } catch {
                throw SettingsError(setting(error), problem: "cannot be used. \(error).")
            }
            let terms = MemberTerms(name: "", concurrency: concurrency, adapts: adapts)
            members.append(BackendMember(configuration: configuration, terms: terms))
        }

        return members.named()
    }

    /// The servers of a list in the configuration file; what they leave out is as set.
    ///
    /// - Parameters:
    ///   - addresses: Those of the setting that would name others.
    ///   - timeout: The longest wait for an answer.
    ///   - texts: Further members of an entry.
    func members(
        of list: ConfigurationFile.List,
        in file: ConfigurationFile,
        besides addresses: String?,
        timeout: WritableKeyPath<Configuration, Duration>,
        texts: [String: WritableKeyPath<Configuration, String>] = [:]
    ) throws(SettingsError) -> [BackendMember<Configuration>] {
        try file.members(of: list, besides: addresses) { (value, name) throws(ConfigurationFile.Problem) in
            let entry = try BackendEntry(value, name: name, others: texts.keys.sorted())
            var configuration = configuration
            configuration.baseURL = try entry.url()
            configuration.apiKey = try entry.key() ?? configuration.apiKey
            configuration.model = try entry.text("model") ?? configuration.model
            if let time = try entry.timeout() { configuration[keyPath: timeout] = time }
            for (name, path) in texts {
                if let text = try entry.text(name) { configuration[keyPath: path] = text }
            }
            do throws(Configuration.Problem) {
                try configuration.validate()
            } catch {
                throw .init("\(name): \(error).")
            }
            let terms = try entry.terms(concurrency: concurrency, adapts: adapts)
            return BackendMember(configuration: configuration, terms: terms)
        }.named()
    }

    /// The addresses of a list with commas; all of it where that is none, to be refused by whoever reads it.
    private static func split(_ addresses: String) -> [String] {
        let all = addresses.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        return all.isEmpty ? [addresses] : all
    }
}

extension Array {
    /// Each called by its host and port, and those that share these by a number too.
    fileprivate func named<Configuration>() -> Self where Element == BackendMember<Configuration> {
        var counts: [String: Int] = [:]
        return map { member in
            var member = member
            let name = member.configuration.authority
            counts[name, default: 0] += 1
            let count = counts[name] ?? 1
            member.terms.name = count == 1 ? name : "\(name)#\(count)"
            return member
        }
    }
}
