import Settings
import Testing

struct StorageLocationTests {
    @Test(
        "The database lies where the operator says, else in the user's folder of state",
        arguments: [
            ([:], [:], .file("/home/bea/.local/state/steno/steno.sqlite", isChosen: false)),
            ([:], ["XDG_STATE_HOME": "/state"], .file("/state/steno/steno.sqlite", isChosen: false)),
            ([:], ["XDG_STATE_HOME": "relative"], .file("/home/bea/.local/state/steno/steno.sqlite", isChosen: false)),
            (["STATE_DIR": "/var/steno"], ["XDG_STATE_HOME": "/s"], .file("/var/steno/steno.sqlite", isChosen: true)),
            (["STATE_DIR": "/a", "DATABASE": "b.db"], [:], .file("/a/b.db", isChosen: true)),
            (["STATE_DIR": "/a", "DATABASE": "/b.db"], [:], .file("/b.db", isChosen: true)),
            (["STATE_DIR": "/a", "DATABASE": ":memory:"], [:], .memory),
        ] as [([String: String], [String: String], StorageLocation)]
    )
    func place(_ values: [String: String], _ environment: [String: String], _ location: StorageLocation) throws {
        let settings = try ServerSettings(reading: SettingValues(environment: values)).storage
        #expect(StorageLocation(settings: settings, environment: environment, home: "/home/bea") == location)
    }
}
