/// Why a backend has not done what it was asked for, as an asker hears it: the same for every kind of work.
///
/// Enumerations conform by having the cases.
public protocol BackendError: Error, Equatable {
    /// No connection could be made.
    static var unreachable: Self { get }
    /// It answered with an HTTP status other than 2xx.
    static func status(_ status: Int, code: String?) -> Self
    /// Nothing came for so long.
    static func timeout(seconds: Double) -> Self
    /// The connection ended before the answer was whole.
    static var disconnected: Self { get }
    /// The answer makes no sense.
    static var invalidResponse: Self { get }
    /// The request could not be sent as it was written.
    static var notSent: Self { get }
    /// No backend can answer in time, as all have failed or asked to be left alone.
    static var noBackend: Self { get }
    /// No backend had time for it in so long.
    static func outOfTime(seconds: Double) -> Self
    /// The caller no longer wants it.
    static var cancelled: Self { get }

    /// A stable name for the wire and for logs.
    var code: String { get }
}

extension BackendError {
    public static var notSent: Self { .invalidResponse }

    public static func outOfTime(seconds: Double) -> Self { .timeout(seconds: seconds) }

    /// What a refusal of the pool means to the asker.
    ///
    /// - Parameter patience: How long the answer was of use.
    public init(_ refusal: Refusal<Self>, patience: Duration) {
        switch refusal {
        case .failed(let failure): self = failure
        case .hopeless: self = .noBackend
        case .expired: self = .outOfTime(seconds: patience / .seconds(1))
        case .busy, .cancelled: self = .cancelled
        }
    }
}
