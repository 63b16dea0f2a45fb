/// Gives other tasks turns until `condition` holds; the suite's time limit bounds it.
public func until(_ condition: () async -> Bool) async {
    while !(await condition()) { await Task.yield() }
}
