import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// What only operators ask for: the metrics, and whatever is below `/admin`.
///
/// With `ADMIN_PORT` it is served there alone, else beside everything else. `METRICS_KEY` opens it; without one, only
/// this machine may ask.
struct AdminPort: Sendable {
    let metrics: PrometheusRegistry
    let backends: [BackendGroup]
    let access: MetricsAccess

    /// Registers all of it; the one place for more.
    func add(to router: Router<ServerContext>) {
        get("metrics", of: router) { _, _ in
            StatusRoutes.text(metrics.render(), type: "text/plain; version=0.0.4; charset=utf-8")
        }
        get("admin/backends", of: router) { _, _ in .json(.ok, BackendReport(groups: backends).json.text) }
    }

    /// Adds a path that is not for everybody.
    private func get(
        _ path: RouterPath,
        of router: Router<ServerContext>,
        answer: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        router.get(path) { request, context in
            try access.check(request.head, from: context.channel.remoteAddress)
            return try await answer(request, context)
        }
    }
}
