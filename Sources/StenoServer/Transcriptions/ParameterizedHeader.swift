/// A header value with parameters: `form-data; name="file"; filename="a.wav"`.
///
/// Source: RFC 9110 section 5.6.6. In a quoted string only `\"` and `\\` are escapes, because some clients send
/// Windows paths; `%22`, `%0D` and `%0A` stand for what browsers may not write there (WHATWG, "multipart form data").
struct ParameterizedHeader: Equatable {
    /// What comes before the first semicolon, in lower case.
    var value: String
    /// Names in lower case; the first of a name counts.
    var parameters: [String: String] = [:]

    init(_ text: String) {
        var rest = text[...]
        value = Self.take(&rest, until: [";"]).trimmingBlanks.lowercased()
        while rest.popFirst() != nil {
            let name = Self.take(&rest, until: [";", "="]).trimmingBlanks.lowercased()
            guard rest.first == "=" else { continue }
            rest.removeFirst()
            let parameter = Self.takeParameter(&rest)
            if !name.isEmpty, parameters[name] == nil { parameters[name] = parameter }
        }
    }

    private static func take(_ rest: inout Substring, until ends: Set<Character>) -> Substring {
        let end = rest.firstIndex(where: ends.contains) ?? rest.endIndex
        defer { rest = rest[end...] }
        return rest[..<end]
    }

    /// Leaves `rest` at the next semicolon.
    private static func takeParameter(_ rest: inout Substring) -> String {
        rest = rest.drop { $0 == " " || $0 == "\t" }
        guard rest.first == "\"" else { return take(&rest, until: [";"]).trimmingBlanks }
        rest.removeFirst()
        var text = ""
        while let character = rest.popFirst(), character != "\"" {
            if character == "\\", let next = rest.first, next == "\"" || next == "\\" {
                text.append(next)
                rest.removeFirst()
            } else {
                text.append(character)
            }
        }

        _ = take(&rest, until: [";"])
        return text.replacing("%22", with: "\"").replacing("%0D", with: "\r").replacing("%0A", with: "\n")
    }
}
