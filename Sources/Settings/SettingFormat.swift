import Audio
import JSON
import SpeechSynthesis
import Transcription

/// How values of one type are written.
struct SettingFormat<Value>: Sendable {
    var kind: SettingKind
    /// The value that a text stands for, or `nil` where it stands for none that is allowed.
    var parse: @Sendable (String) -> Value?
    /// The text that stands for a value.
    var text: @Sendable (Value) -> String

    /// The same for a value that may be absent, which no text stands for.
    var optional: SettingFormat<Value?> {
        SettingFormat<Value?>(kind: kind, parse: { parse($0).map { .some($0) } }, text: { $0.map(text) ?? "" })
    }
}

extension SettingFormat<String> {
    static var text: Self { Self(kind: .text, parse: { $0 }, text: { $0 }) }
    static var path: Self { Self(kind: .path, parse: { $0 }, text: { $0 }) }
    static var list: Self { Self(kind: .list, parse: { $0 }, text: { $0 }) }

    /// An address that is checked by who uses it.
    static var address: Self { Self(kind: .address, parse: { $0 }, text: { $0 }) }

    static var jsonObject: Self {
        Self(
            kind: .jsonObject,
            parse: { text in
                guard case .object = try? JSONValue(parsing: Array(text.utf8).span) else { return nil }
                return text
            },
            text: { $0 }
        )
    }

    /// An address that begins with its scheme.
    static var httpAddress: Self {
        let schemes = ["http://", "https://"]
        return Self(
            kind: .address,
            parse: { text in schemes.contains(where: text.hasPrefix) ? text : nil },
            text: { $0 }
        )
    }
}

extension SettingFormat<VoiceNames> {
    static var voiceNames: Self { Self(kind: .list, parse: { VoiceNames($0) }, text: \.description) }
}

extension SettingFormat<Secret> {
    static var secret: Self { Self(kind: .secret, parse: { Secret($0) }, text: \.description) }
}

extension SettingFormat<Bool> {
    static var boolean: Self {
        let names = ["on": true, "1": true, "off": false, "0": false]
        return Self(kind: .boolean, parse: { names[$0] }, text: { $0 ? "on" : "off" })
    }
}

extension SettingFormat<Int> {
    static func integer(_ range: ClosedRange<Int>, unit: String? = nil) -> Self {
        Self(
            kind: .integer(range, unit: unit),
            parse: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } },
            text: { "\($0)" }
        )
    }

    /// A length in samples at `SampleClock.rate`, written in milliseconds.
    static func samples(milliseconds range: ClosedRange<Int>) -> Self {
        let format = integer(range, unit: "ms")
        return Self(
            kind: format.kind,
            parse: { format.parse($0).map { SampleClock.samples(milliseconds: $0) } },
            text: { format.text($0 * 1_000 / SampleClock.rate) }
        )
    }

    /// A length in samples at `SampleClock.rate`, written in seconds.
    static func samples(seconds range: ClosedRange<Int>) -> Self {
        let format = integer(range, unit: "s")
        return Self(
            kind: format.kind,
            parse: { format.parse($0).map { $0 * SampleClock.rate } },
            text: { format.text($0 / SampleClock.rate) }
        )
    }
}

extension SettingFormat<Float> {
    static func decimal(_ range: ClosedRange<Double>) -> Self {
        Self(
            kind: .decimal(range),
            parse: { text in Double(text).flatMap { range.contains($0) ? Float($0) : nil } },
            text: { "\($0)" }
        )
    }
}

extension SettingFormat<Duration> {
    static func milliseconds(_ range: ClosedRange<Int>) -> Self {
        let format = SettingFormat<Int>.integer(range, unit: "ms")
        return Self(
            kind: format.kind,
            parse: { format.parse($0).map { .milliseconds($0) } },
            text: { format.text(Int($0 / .milliseconds(1))) }
        )
    }
}

extension SettingFormat<Duration> {
    static func seconds(_ range: ClosedRange<Int>) -> Self {
        let format = SettingFormat<Int>.integer(range, unit: "s")
        return Self(
            kind: format.kind,
            parse: { format.parse($0).map { .seconds($0) } },
            text: { format.text(Int($0 / .seconds(1))) }
        )
    }
}

extension SettingFormat<LanguageChoice> {
    static var language: Self {
        Self(kind: .language, parse: { try? LanguageChoice(reading: $0) }, text: { $0.code ?? "auto" })
    }
}

extension SettingFormat where Value: RawRepresentable<String> & CaseIterable & SendableMetatype {
    /// One of the names of an enumeration.
    static var choice: Self {
        Self(kind: .choice(Value.allCases.map(\.rawValue)), parse: { Value(rawValue: $0) }, text: \.rawValue)
    }

    /// One of the names of an enumeration, or a name that stands for none of them.
    static func choice(none: String) -> SettingFormat<Value?> {
        SettingFormat<Value?>(
            kind: .choice([none] + Value.allCases.map(\.rawValue)),
            parse: { name in name == none ? .some(nil) : Value(rawValue: name).map { .some($0) } },
            text: { $0?.rawValue ?? none }
        )
    }
}
