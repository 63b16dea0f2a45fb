import JSON
import Sessions

extension ResumeOffer {
    /// As it stands in the first message of a session.
    var json: JSONValue { ["token": .string(token), "window_s": .integer(Int(window.components.seconds))] }
}
