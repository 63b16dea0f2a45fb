import CPocketSphinx

/// One PocketSphinx decoder with its own models, about 95 MB.
///
/// Blocking: use it on a thread that may wait. Decoders do not share the language model, although that would save 34 MB
/// each: PocketSphinx writes to a cache inside it at each look-up, and concurrent decoders then get other words.
struct PocketSphinxDecoder: ~Copyable {
    /// A word or a filler on the best path.
    struct Segment: Equatable, Sendable {
        var text: String
        /// Frames of 10 ms from the start of the utterance.
        var frames: Range<Int>
    }

    private let handle: OpaquePointer

    /// Loads the model; takes tenths of a second.
    init(_ model: PocketSphinxModel) throws(PocketSphinxError) {
        // Removing silence would shift the words' times. The second search costs a fifth of the time and mends
        // about one word in a hundred.
        let options = sphinx_options(removes_silence: false, searches_twice: false)
        var handle: OpaquePointer?
        let status = sphinx_decoder_create(
            model.acousticModel,
            model.languageModel,
            model.dictionary,
            options,
            &handle
        )
        guard status == SPHINX_OK, let handle else {
            if status == SPHINX_NO_MEMORY { throw .outOfMemory }
            throw .unusableModel(folder: model.folder, reason: String(cString: sphinx_last_error()))
        }

        self.handle = handle
    }

    /// Recognises a whole utterance, mono PCM at `SampleClock.rate`.
    mutating func decode(_ samples: [Int16]) throws(PocketSphinxError) -> [Segment] {
        guard sphinx_decoder_decode(handle, samples, samples.count) == SPHINX_OK else {
            throw .decodingFailed(reason: String(cString: sphinx_last_error()))
        }

        var segments: [Segment] = []
        var segment = sphinx_segment()
        while sphinx_decoder_next_segment(handle, &segment) {
            let start = Int(segment.first_frame)
            let end = max(start, Int(segment.last_frame) + 1)
            segments.append(Segment(text: String(cString: segment.text), frames: start..<end))
        }

        return segments
    }

    deinit { sphinx_decoder_destroy(handle) }
}
