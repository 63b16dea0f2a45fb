import Backends
import ServiceLifecycle

/// Keeps a pool at work until everything that asks it has stopped.
struct PoolService: Service {
    let pool: any PooledBackends

    func run() async throws { await cancelWhenGracefulShutdown { await pool.run() } }
}
