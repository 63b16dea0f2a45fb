internal import DequeModule

extension BoundedChannel {
    /// A task that waits for room.
    struct Sender {
        let element: Element
        /// Whether its element was accepted.
        let admission: Promise<Bool>
    }

    /// The channel's rules.
    ///
    /// A value with no lock and no effects: each step says whom to tell, and the caller of the step does it.
    struct StateMachine {
        let capacity: Int
        private(set) var buffer = Deque<Element>()
        private(set) var senders = Deque<Sender>()
        /// The task that waits for an element.
        var consumer: Promise<Element?>?
        private var isFinished = false

        enum SendAction {
            case refuse
            case accept
            case wait(Promise<Bool>)
            case deliver(Promise<Element?>)
        }

        enum ReceiveAction {
            case take(Element, admitted: Promise<Bool>?)
            case wait(Promise<Element?>)
            case end
        }

        init(capacity: Int) { self.capacity = capacity }

        mutating func send(_ element: Element) -> SendAction {
            if isFinished { return .refuse }
            if let consumer = consumer.take() { return .deliver(consumer) }
            guard buffer.count < capacity else {
                let sender = Sender(element: element, admission: Promise())
                senders.append(sender)
                return .wait(sender.admission)
            }
            buffer.append(element)
            return .accept
        }

        mutating func receive() -> ReceiveAction {
            if let element = buffer.popFirst() {
                let admitted = senders.popFirst()
                if let admitted { buffer.append(admitted.element) }
                return .take(element, admitted: admitted?.admission)
            }
            if isFinished { return .end }
            precondition(consumer == nil, "BoundedChannel has one consumer")
            let arrival = Promise<Element?>()
            consumer = arrival
            return .wait(arrival)
        }

        /// Takes a sender out; whether it waited.
        mutating func withdraw(_ admission: Promise<Bool>) -> Bool {
            guard let index = senders.firstIndex(where: { $0.admission === admission }) else { return false }
            senders.remove(at: index)
            return true
        }

        mutating func finish() -> (senders: Deque<Sender>, consumer: Promise<Element?>?) {
            isFinished = true
            defer { senders = [] }
            return (senders, consumer.take())
        }
    }
}
