import JSON

/// A JSON Schema as a table of its fields.
struct SchemaTable {
    let html: String

    init(_ schema: JSONValue?) {
        let properties = (schema?["properties"]?.members ?? [:])
        guard !properties.isEmpty else {
            html = "<p>\(Self.type(schema))</p>\n"
            return
        }

        let required = Set((schema?["required"]?.elements ?? []).compactMap(\.string))
        let names = properties.keys.sorted { a, b in
            required.contains(a) == required.contains(b) ? a < b : required.contains(a)
        }

        html = Self.table(
            names.map { name in
                let field = properties[name]
                return Self.row(
                    name: name,
                    schema: field,
                    isRequired: required.contains(name),
                    description: field?["description"]
                )
            }
        )
    }

    static func table(_ rows: [String]) -> String {
        "<table>\n<thead><tr><th>Field</th><th>Type</th><th>Meaning</th></tr></thead>\n<tbody>\n\(rows.joined())</tbody>\n</table>\n"
    }

    static func row(name: String, schema: JSONValue?, isRequired: Bool, description: JSONValue?) -> String {
        let mark = isRequired ? " <small>required</small>" : ""
        let nested = schema?["properties"] == nil ? "" : SchemaTable(schema).html
        let meaning = DocumentationPage.inline(description) + limits(schema) + nested
        return "<tr><td><code>\(DocumentationPage.escaped(name))</code>\(mark)</td>"
            + "<td>\(type(schema))</td><td>\(meaning)</td></tr>\n"
    }

    /// The type in a few words, with links to objects that have a name.
    static func type(_ schema: JSONValue?) -> String {
        guard let schema else { return "" }

        if let name = schema["$ref"]?.string?.split(separator: "/").last {
            return
                "<a href=\"#schema-\(DocumentationPage.escaped(String(name)))\">\(DocumentationPage.escaped(String(name)))</a>"
        }

        let choices = (schema["oneOf"] ?? schema["anyOf"])?.elements ?? []
        if !choices.isEmpty { return choices.map { type($0) }.joined(separator: " or ") }
        if let constant = schema["const"]?.scalar { return "<code>\(DocumentationPage.escaped(constant))</code>" }
        let values = (schema["enum"]?.elements ?? []).compactMap(\.scalar)
        if !values.isEmpty {
            return values.map { "<code>\(DocumentationPage.escaped($0))</code>" }.joined(separator: " ")
        }
        let names = scalars(schema["type"])
        if names == ["array"] { return "list of \(type(schema["items"]))" }
        return DocumentationPage.escaped(names.joined(separator: " or "))
    }

    /// A value that is one scalar, or a list of them.
    private static func scalars(_ value: JSONValue?) -> [String] {
        if let scalar = value?.scalar { return [scalar] }
        return value?.elements.compactMap(\.scalar) ?? []
    }

    private static func limits(_ schema: JSONValue?) -> String {
        var parts: [String] = []
        if let low = schema?["minimum"]?.scalar, let high = schema?["maximum"]?.scalar {
            parts.append("\(low) to \(high)")
        }
        if let fallback = scalars(schema?["default"]).first { parts.append("default \(fallback)") }
        return parts.isEmpty ? "" : " <small>(\(DocumentationPage.escaped(parts.joined(separator: "; "))))</small>"
    }
}
