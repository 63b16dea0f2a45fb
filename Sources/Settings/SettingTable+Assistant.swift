import Sessions

extension SettingSection {
    static let assistant = SettingSection(
        heading: "Conversations",
        settings: [
            Setting(
                "OUTPUT_LEAD_MS",
                at: \.assistant.lead,
                is: .milliseconds(0...60_000),
                for: "How far ahead of its playback speech is sent; 0 sends it as fast as it is made"
            ),
            Setting(
                "SPECULATE",
                at: \.assistant.speculates,
                is: .boolean,
                for: "Whether the language model begins in a pause, before the turn has ended"
            ),
            Setting(
                "BARGE_IN_MS",
                at: \.assistant.bargeIn,
                is: .samples(milliseconds: 0...10_000),
                for: "Speech that interrupts the assistant"
            ),
            Setting(
                "ECHO_GUARD",
                at: \.assistant.guardsAgainstEcho,
                is: .boolean,
                for: "Whether words that the assistant has just said are taken for its echo"
            ),
            Setting(
                "RESUME_SPEECH",
                at: \.assistant.resumes,
                is: .boolean,
                for: "Whether the assistant goes on when what interrupted it held no words"
            ),
        ]
    )
}
