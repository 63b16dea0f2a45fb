import Audio
import JSON

extension JSONValue {
    /// A number of samples at `SampleClock.rate`, or the position after as many, as whole milliseconds.
    static func milliseconds(_ samples: some BinaryInteger) -> JSONValue {
        .integer(SampleClock.milliseconds(at: SamplePosition(samples)))
    }

    /// By way of its shortest text: 0.6, and not the 0.6000000238 that a Float holds.
    static func shortest(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? Double(value)) }
}
