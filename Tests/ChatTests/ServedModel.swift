import Backends
import HTTPTransfer
import TestSupport

@testable import Chat

/// A pool of scripted servers that serves while `body` runs.
@discardableResult
func withPool<Value: Sendable>(
    _ backends: [ScriptedBackend],
    firstToken: Duration = .seconds(60),
    idle: Duration = .seconds(60),
    rules: BackendPool.Rules = .streams,
    terms: (_ index: Int, _ terms: inout MemberTerms) -> Void = { _, _ in },
    _ body: (PooledLanguageModel) async throws -> Value
) async throws -> Value {
    let models = try backends.map { try ChatCompletionsModel($0, firstToken: firstToken, idle: idle) }
    let members = backends.indices.map { index in
        var own = MemberTerms(name: "\(index)", adapts: false)
        terms(index, &own)
        return own
    }
    let pool = PooledLanguageModel(
        models,
        in: StreamPool(members, unit: PooledLanguageModel.unit, rules: rules, seed: 1)
    )
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await pool.run() }
        let value = try await body(pool)
        group.cancelAll()
        return value
    }
}
