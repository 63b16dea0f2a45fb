/// Where a backend is and how it is asked, as far as that is the same for every kind.
public protocol BackendConfiguration: Equatable, Sendable {
    associatedtype Problem: Error

    var baseURL: String { get set }
    var apiKey: String? { get set }
    var model: String? { get set }
    /// Its host and port, by which backends can be told apart.
    var authority: String { get }

    /// Throws the first reason not to use it.
    func validate() throws(Problem)
}
