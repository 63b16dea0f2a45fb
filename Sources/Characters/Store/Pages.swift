import GRDB

/// A list of rows that has an order, and the part of it that is wanted.
struct RowList {
    /// Columns, table and joins: what stands between SELECT and WHERE.
    var source: String
    var table: String
    /// Which rows are in the list at all.
    var filter: String
    var arguments: StatementArguments

    /// Reads a page.
    ///
    /// - Throws: `CharacterError.invalid` when the row to go on after is not in the list.
    func page<Element: Sendable>(
        _ request: PageRequest,
        in database: Database,
        _ element: (Row) throws -> Element
    ) throws -> Page<Element> {
        var (condition, arguments) = (filter, arguments)
        if let after = request.after {
            let sql = "SELECT seq FROM \(table) WHERE \(filter) AND id = ?"
            guard let place = try Int.fetchOne(database, sql: sql, arguments: self.arguments + [after]) else {
                throw CharacterError.invalid(param: "after", expected: "the id of one that is in the list")
            }
            condition += " AND seq \(request.newestFirst ? "<" : ">") ?"
            arguments += [place]
        }

        let direction = request.newestFirst ? "DESC" : "ASC"
        let sql = "SELECT \(source) WHERE \(condition) ORDER BY seq \(direction) LIMIT ?"
        let rows = try Row.fetchAll(database, sql: sql, arguments: arguments + [request.limit + 1])
        return Page(elements: try rows.prefix(request.limit).map(element), hasMore: rows.count > request.limit)
    }
}
