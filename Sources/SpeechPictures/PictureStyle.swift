import SpeechDetection

/// The colours of a picture, for light and for dark screens.
///
/// Rules have no variables or nesting, because many readers of SVG know neither; one that does not know `@media` either
/// shows the light colours.
enum PictureStyle {
    static let sheet = """
        text{font:11px system-ui,sans-serif;fill:#57606a}
        .name{font-size:15px;font-weight:600;fill:#1f2328}
        .paper{fill:#fff}
        .panel{fill:#f6f8fa}
        .grid{fill:none;stroke:#d8dee4}
        .utterance{fill:#2da44e;fill-opacity:.16}
        .context{fill:#e3850c;fill-opacity:.3}
        .wave{fill:#2f6fc4}
        .level{fill:none;stroke:#57606a}
        .score{fill:#8250df;fill-opacity:.3;stroke:#8250df}
        .threshold{fill:none;stroke:#1f2328;stroke-dasharray:7 4}
        .exit{fill:none;stroke:#1f2328;stroke-dasharray:2 3}
        .silence{fill:#1a7f37}
        .valley{fill:#9a6700}
        .maximum{fill:#cf222e}
        .label{fill:#fff;font-weight:600}
        @media (prefers-color-scheme:dark){
        text{fill:#9da7b3}
        .name{fill:#f0f6fc}
        .paper{fill:#0d1117}
        .panel{fill:#161b22}
        .grid{stroke:#2f363f}
        .utterance{fill:#3fb950;fill-opacity:.2}
        .context{fill:#f0a33a;fill-opacity:.3}
        .wave{fill:#58a6ff}
        .level{stroke:#adb6c0}
        .score{fill:#bc8cff;stroke:#bc8cff}
        .threshold,.exit{stroke:#f0f6fc}
        .silence{fill:#3fb950}
        .valley{fill:#d29922}
        .maximum{fill:#f85149}
        .label{fill:#0d1117}
        }
        """

    /// The most room that a bar's label takes, as far as that can be said without its font.
    static func labelWidth(_ text: String) -> Double { 8 * Double(text.count) }
}

extension Segmenter.Reason {
    /// The class of an utterance's bar and of the line at its end.
    var style: String {
        switch self {
        case .silence, .commit, .endOfStream: "silence"
        case .valley: "valley"
        case .maximum: "maximum"
        }
    }

    /// What the legend says of `style`.
    var legend: String {
        switch self {
        case .silence, .commit, .endOfStream: "ends in silence or with the file"
        case .valley: "cut in a pause (valley)"
        case .maximum: "cut in speech (maximum)"
        }
    }
}
