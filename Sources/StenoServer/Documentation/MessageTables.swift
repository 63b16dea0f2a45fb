import JSON

/// The messages of the WebSockets, as tables.
struct MessageTables {
    let html: String

    /// - Parameter protocols: The list `x-websocket-messages` of the API's description.
    init(_ protocols: JSONValue?) {
        html = """
            <section>
            <h2 id="messages">Messages of the WebSockets</h2>
            \((protocols?.elements ?? []).map(Self.article).joined())
            </section>
            """
    }

    private static func article(_ protocol: JSONValue) -> String {
        let paths = (`protocol`["paths"]?.elements ?? []).compactMap(\.string)
        return """
            <article>
            <h3>\(DocumentationPage.inline(`protocol`["protocol"]))</h3>
            <p>On \(paths.map { "<code>\(DocumentationPage.escaped($0))</code>" }.joined(separator: ", ")).</p>
            \(DocumentationPage.prose(`protocol`["description"]))
            <h4>From the client</h4>
            \(table(`protocol`["client"]))
            <h4>From the server</h4>
            \(table(`protocol`["server"]))
            </article>

            """
    }

    private static func table(_ messages: JSONValue?) -> String {
        let rows = (messages?.elements ?? []).map { message in
            let fields = (message["fields"]?.members ?? [:]).sorted { $0.key < $1.key }.map { name, field in
                "<dt><code>\(DocumentationPage.escaped(name))</code> <small>\(SchemaTable.type(field))</small></dt>\n"
                    + "<dd>\(DocumentationPage.inline(field["description"]))</dd>\n"
            }
            return "<tr><td><code>\(DocumentationPage.escaped(message["type"]?.string ?? ""))</code></td>"
                + "<td>\(DocumentationPage.inline(message["description"]))<dl>\(fields.joined())</dl></td></tr>\n"
        }
        return
            "<table>\n<thead><tr><th>Type</th><th>Meaning and fields</th></tr></thead>\n<tbody>\n\(rows.joined())</tbody>\n</table>"
    }
}
