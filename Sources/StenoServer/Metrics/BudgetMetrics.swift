import Limits

extension PrometheusRegistry {
    /// Lists what a budget's holders have of it.
    func observe(_ budget: MemoryBudget) {
        observe("steno_memory_budget_used_bytes", .gauge) { Double(budget.used) }
        observe("steno_memory_budget_limit_bytes", .gauge) { Double(budget.limit) }
    }
}
