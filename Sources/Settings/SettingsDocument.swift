/// The table of settings, written out for operators.
public enum SettingsDocument {
    /// For a terminal: each option with what it is for.
    public static var help: String {
        SettingSection.all.map { section in
            let settings = section.settings.map { setting in
                "  --\(setting.option) <\(setting.kind.placeholder)>\n      \(setting.summary)"
            }
            return "\(section.heading):\n\n" + settings.joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    /// A file `.env` in which nothing is set: every setting is there, as a comment.
    public static var environmentFile: String {
        let head = """
            # Settings of the server. Copy this file to .env and uncomment what you want to change; an empty value counts as not set.
            # Options of `steno serve` and the environment go before this file. Defaults are in brackets.
            # Written by `steno settings --env`.
            """
        return SettingSection.all.reduce(into: head + "\n") { text, section in
            text += "\n\n# == \(section.heading)\n"
            for setting in section.settings {
                text += "\n# \(setting.summary)\n#\(setting.name)=\(setting.defaultText ?? "")\n"
            }
        }
    }

    /// A page of tables in Markdown.
    public static var markdown: String {
        let head = """
            # Settings

            <!-- Written by `steno settings --markdown`. Change Sources/Settings, not this file. -->

            From the command line (`steno serve --vad-threshold 0.7`), the environment (`VAD_THRESHOLD=0.7`), or a file `.env` in the
            current folder; the first of these wins. An empty value counts as not set. A value that is not allowed stops the start with
            one line that names the setting. [operations.md](operations.md#settings) says what is warned about and what can be changed
            while the server runs; [segmentation.md](segmentation.md) what the rules for utterances do.
            """
        return SettingSection.all.reduce(into: head + "\n") { text, section in
            text += "\n## \(section.heading)\n\n| setting | what it is for | allowed | default |\n|---|---|---|---|\n"
            for setting in section.settings {
                let row = [
                    "`\(setting.name)`", setting.help, setting.kind.summary, setting.defaultHelp ?? "",
                ]
                text += "| " + row.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
            }
        }
    }
}
