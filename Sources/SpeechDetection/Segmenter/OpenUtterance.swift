import Audio

/// An utterance that is still going on.
struct OpenUtterance: Equatable, Sendable {
    var start: SamplePosition
    /// Samples before `start` that an engine hears too.
    var leftContext = 0
    /// Where its last voiced frame ends.
    var voicedEnd: SamplePosition

    /// The first sample that is still needed.
    var heardStart: SamplePosition { start - SamplePosition(leftContext) }

    /// What a cut at `cut` makes of it.
    func segment(_ cut: LengthCut) -> Segmenter.Segment {
        .init(start..<cut.position, cut.reason, leftContext: leftContext, rightContext: cut.after)
    }

    /// What goes on behind that cut.
    func rest(_ cut: LengthCut) -> OpenUtterance {
        OpenUtterance(start: cut.position, leftContext: cut.before, voicedEnd: voicedEnd)
    }
}
