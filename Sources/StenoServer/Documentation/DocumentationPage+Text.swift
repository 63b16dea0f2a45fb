import JSON

extension DocumentationPage {
    /// Text that may stand anywhere in HTML.
    static func escaped(_ text: String) -> String {
        text.escaping { $0 == UInt8(ascii: "\"") ? "&quot;" : String.markupEscape($0) }
    }

    /// Text with backticks as code.
    static func inline(_ value: JSONValue?) -> String {
        guard let text = value?.string else { return "" }
        return text.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { index, part in
            index % 2 == 0 ? escaped(String(part)) : "<code>\(escaped(String(part)))</code>"
        }.joined()
    }

    /// Text with empty lines between its paragraphs.
    static func prose(_ value: JSONValue?) -> String {
        guard let text = value?.string else { return "" }
        return text.split(separator: "\n\n").map { "<p>\(inline(.string(String($0))))</p>\n" }.joined()
    }

    static let style = """
        :root { color-scheme: light dark; --line: #d5d8de; --soft: #f4f5f7; --accent: #0b5cad; }
        @media (prefers-color-scheme: dark) { :root { --line: #3a3f47; --soft: #23272e; --accent: #7ab8f5; } }
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
        h1, h2, h3, h4 { line-height: 1.25; margin: 2rem 0 0.5rem; }
        h2 { border-bottom: 1px solid var(--line); padding-bottom: 0.25rem; }
        h4 { font-size: 1rem; margin-top: 1.25rem; }
        a { color: var(--accent); }
        p { margin: 0.5rem 0; }
        code, pre { font: 0.9em ui-monospace, monospace; background: var(--soft); border-radius: 4px; }
        code { padding: 0.1em 0.3em; overflow-wrap: anywhere; }
        pre { padding: 0.75rem; overflow-x: auto; }
        .summary { font-weight: 600; }
        .method { font-size: 0.8em; letter-spacing: 0.03em; color: var(--accent); }
        nav { background: var(--soft); border-radius: 8px; padding: 0.5rem 1.25rem 1rem; margin-top: 1.5rem; }
        nav p { font-weight: 600; margin-top: 0.75rem; }
        nav ul { margin: 0; padding-left: 1.25rem; }
        table { border-collapse: collapse; width: 100%; margin: 0.5rem 0; }
        th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.6rem; border-top: 1px solid var(--line); }
        th { border-top: 0; }
        small { opacity: 0.75; }
        dt { font-weight: 600; margin-top: 0.75rem; }
        dd { margin-left: 1.25rem; }
        article { margin-bottom: 2rem; }
        """
}
