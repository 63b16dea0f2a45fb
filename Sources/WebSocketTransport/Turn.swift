/// Lets others on the thread have their turn, now and then, in a loop that seldom has to wait.
struct Turn {
    private var steps = 0

    /// Every 64th call gives way.
    mutating func step() async {
        steps &+= 1
        if steps % 64 == 0 { await Task.yield() }
    }
}
