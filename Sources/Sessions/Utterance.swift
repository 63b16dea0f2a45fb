import Audio
import Transcription

/// Speech that was cut out of a stream, and what to ask an engine about it.
struct Utterance: Equatable, Sendable {
    /// Samples on either side of an item that the engine hears too, because it was cut there for its length.
    struct Context: Equatable, Sendable {
        var left = 0
        var right = 0
    }

    /// What is kept of an utterance until it is decided which words at its cuts are its own.
    struct Ends: Equatable, Sendable {
        var context = Context()
        /// As for the utterance, without its samples and without word times.
        var request = TranscriptionRequest(samples: [])
        /// From the first sample heard until `SeamWords.reach` behind the cut; empty where there is no left context.
        var head: [Int16] = []
        /// From `SeamWords.reach` before the cut to the last sample heard; empty where there is no right context.
        var tail: [Int16] = []
    }

    var item: SessionEvent.Item
    var context = Context()
    /// Where its last frame of speech ended, as far as turn detection heard; `nil` without turn detection.
    var voicedEnd: SamplePosition?
    /// How far the stream had been heard when turn detection ended it; `nil` without turn detection.
    var cutAt: SamplePosition?
    /// The item's samples, with those of the context.
    var request: TranscriptionRequest

    var ends: Ends {
        var request = request
        request.samples = []
        request.voice = nil
        request.wantsWordTimes = false
        let samples = self.request.samples
        return Ends(
            context: context,
            request: request,
            head: context.left > 0 ? Array(samples.prefix(context.left + SeamWords.reach)) : [],
            tail: context.right > 0 ? Array(samples.suffix(context.right + SeamWords.reach)) : []
        )
    }
}
