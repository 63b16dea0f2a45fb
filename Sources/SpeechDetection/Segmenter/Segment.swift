public import Audio

extension Segmenter {
    /// One utterance.
    ///
    /// Utterances never share a sample. Where one was cut for its length, an engine should also hear what lies around the
    /// cut, since it recognises a word better with what is said before and after it: that is the context.
    public struct Segment: Equatable, Sendable {
        public var range: Range<SamplePosition>
        public var reason: Reason
        /// Samples before `range` that belong to the utterance before, and that an engine should hear too.
        public var leftContext: Int
        /// Samples behind `range` that belong to the utterance that follows, and that an engine should hear too.
        public var rightContext: Int

        public init(_ range: Range<SamplePosition>, _ reason: Reason, leftContext: Int = 0, rightContext: Int = 0) {
            self.range = range
            self.reason = reason
            self.leftContext = leftContext
            self.rightContext = rightContext
        }

        /// What an engine should hear.
        public var heard: Range<SamplePosition> {
            range.lowerBound - SamplePosition(leftContext)..<range.upperBound + SamplePosition(rightContext)
        }
    }

    /// Why an utterance ended.
    public enum Reason: String, Sendable {
        case silence
        /// It was long, and there was a good moment; the next begins there.
        case valley
        /// It was as long as can be, and someone spoke.
        case maximum
        case commit
        case endOfStream
    }
}
