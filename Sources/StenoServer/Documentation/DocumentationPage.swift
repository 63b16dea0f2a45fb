import JSON

/// An OpenAPI description as one page to read.
///
/// It loads nothing, runs no script, and follows the reader's choice of light or dark.
struct DocumentationPage {
    let html: String

    init(_ api: JSONValue) {
        let title = Self.escaped(api["info"]?["title"]?.string ?? "API")
        let tags = api["tags"]?.elements ?? []
        let operations = Self.operations(api)
        let groups = tags.map { tag in (tag, operations.filter { $0.tag == tag["name"]?.string }) }
        html = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title): HTTP API</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <header>
            <h1>\(title)</h1>
            <p class="summary">\(Self.inline(api["info"]?["summary"]))</p>
            \(Self.prose(api["info"]?["description"]))
            <p>The same for programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI \
            \(Self.escaped(api["openapi"]?.string ?? ""))). Version \(Self.escaped(api["info"]?["version"]?.string ?? "")).</p>
            </header>
            <nav aria-label="Contents">
            \(groups.map(Self.contents).joined())
            <p><a href="#messages">Messages of the WebSockets</a></p>
            </nav>
            <main>
            \(groups.map(Self.section).joined())
            \(MessageTables(api["x-websocket-messages"]).html)
            <section>
            <h2 id="schemas">Objects</h2>
            \(Self.schemas(api))
            </section>
            </main>
            </body>
            </html>

            """
    }

    private struct Operation {
        var path: String
        var method: String
        var value: JSONValue
        var tag: String?
        var id: String { DocumentationPage.escaped(value["operationId"]?.string ?? method + path) }
    }

    private static func operations(_ api: JSONValue) -> [Operation] {
        let paths = (api["paths"]?.members ?? [:]).sorted { $0.key < $1.key }
        return paths.flatMap { path, item in
            item.members.sorted { $0.key < $1.key }.map { method, value in
                Operation(
                    path: path,
                    method: method,
                    value: resolved(value, api: api),
                    tag: value["tags"]?.elements.first?.string
                )
            }
        }
    }

    /// With the shared answers that it only refers to put in.
    private static func resolved(_ operation: JSONValue, api: JSONValue) -> JSONValue {
        var members = operation.members
        let answers = members["responses"]?.members ?? [:]
        members["responses"] = .object(
            answers.mapValues { answer in
                guard let name = answer["$ref"]?.string?.split(separator: "/").last else { return answer }
                return api["components"]?["responses"]?[String(name)] ?? answer
            }
        )
        return .object(members)
    }

    private static func contents(_ tag: JSONValue, _ operations: [Operation]) -> String {
        let links = operations.map { operation in
            "<li><a href=\"#\(operation.id)\"><code>\(operation.method.uppercased()) \(escaped(operation.path))</code></a></li>\n"
        }
        return "<p>\(inline(tag["name"]))</p>\n<ul>\n\(links.joined())</ul>\n"
    }

    private static func section(_ tag: JSONValue, _ operations: [Operation]) -> String {
        """
        <section>
        <h2>\(inline(tag["name"]))</h2>
        <p>\(inline(tag["description"]))</p>
        \(operations.map(article).joined())
        </section>

        """
    }

    private static func article(_ operation: Operation) -> String {
        let value = operation.value
        let body = (value["requestBody"]?["content"]?.members ?? [:]).sorted { $0.key < $1.key }.map { type, content in
            "<h4>Body: <code>\(escaped(type))</code></h4>\n\(SchemaTable(content["schema"]).html)"
        }
        let open = value["security"].map { $0.elements.isEmpty } ?? false
        return """
            <article id="\(operation.id)">
            <h3><span class="method">\(operation.method.uppercased())</span> <code>\(escaped(operation.path))</code></h3>
            <p class="summary">\(inline(value["summary"])).\(open ? " Needs no key." : "")</p>
            \(prose(value["description"]))
            \(parameters(value["parameters"]?.elements ?? []))
            \(body.joined())
            <h4>Answers</h4>
            <dl>
            \(answers(value["responses"]?.members ?? [:]))
            </dl>
            </article>

            """
    }

    private static func parameters(_ parameters: [JSONValue]) -> String {
        guard !parameters.isEmpty else { return "" }
        let rows = parameters.map { parameter in
            SchemaTable.row(
                name: parameter["name"]?.string ?? "",
                schema: parameter["schema"],
                isRequired: parameter["required"] == .bool(true),
                description: parameter["description"]
            )
        }
        return "<h4>Parameters</h4>\n" + SchemaTable.table(rows)
    }

    private static func answers(_ answers: [String: JSONValue]) -> String {
        answers.sorted { $0.key < $1.key }.map { status, answer in
            let bodies = (answer["content"]?.members ?? [:]).sorted { $0.key < $1.key }.map { type, content in
                let example = content["example"]?.string.map { "<pre>\(escaped($0))</pre>" } ?? ""
                return "<p><code>\(escaped(type))</code> \(SchemaTable.type(content["schema"]))</p>\n"
                    + prose(content["schema"]?["description"]) + example
            }
            return "<dt>\(escaped(status))</dt>\n<dd>\(prose(answer["description"]))\(bodies.joined())</dd>\n"
        }.joined()
    }

    private static func schemas(_ api: JSONValue) -> String {
        (api["components"]?["schemas"]?.members ?? [:]).sorted { $0.key < $1.key }.map { name, schema in
            "<article id=\"schema-\(escaped(name))\">\n<h3>\(escaped(name))</h3>\n\(SchemaTable(schema).html)</article>\n"
        }.joined()
    }
}
