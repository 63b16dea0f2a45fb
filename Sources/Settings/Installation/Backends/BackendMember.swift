public import Backends
import Foundation

/// One server of several that do the same, and its part in their pool.
public struct BackendMember<Configuration: Equatable & Sendable>: Equatable, Sendable {
    /// Where it is and how it is asked.
    public var configuration: Configuration
    public var terms: MemberTerms
}

extension MemberTerms {
    /// Of a server that was named by its address alone.
    ///
    /// - Parameter adapts: Whether the number of requests at once is learned. It is not for streams: a place is held for
    ///   as long as somebody listens, which says nothing of the server.
    static func plain(concurrency: Int, adapts: Bool) -> Self {
        Self(name: "", concurrency: concurrency, adapts: adapts)
    }
}

extension Array {
    /// Calls each server by its host and port, and those that share these by a number too.
    mutating func giveNames<Configuration>(
        _ authority: (Configuration) -> String
    ) where Element == BackendMember<Configuration> {
        var counts: [String: Int] = [:]
        for index in indices {
            let name = authority(self[index].configuration)
            counts[name, default: 0] += 1
            let count = counts[name] ?? 1
            self[index].terms.name = count == 1 ? name : "\(name)#\(count)"
        }
    }
}

extension String {
    /// The addresses of a list with commas; itself where it has none, to be refused by whoever reads it.
    var addresses: [String] {
        let all = split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        return all.isEmpty ? [self] : all
    }
}
