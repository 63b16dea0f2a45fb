/// Names of rows on the wire.
enum RowIdentifier {
    private static let letters = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)

    /// A name nobody has had: `prefix`, an underscore, and 24 random letters and digits (124 bits).
    static func random(_ prefix: String) -> String {
        let suffix = (0..<24).map { _ in letters[Int.random(in: 0..<letters.count)] }
        return prefix + "_" + String(decoding: suffix, as: UTF8.self)
    }
}
