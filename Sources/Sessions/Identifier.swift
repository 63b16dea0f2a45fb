/// Names for items and events on the wire.
public enum Identifier {
    private static let letters = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")

    /// A name nobody has had: `prefix`, an underscore, and 20 random letters and digits (119 bits).
    public static func random(_ prefix: String) -> String {
        var generator = SystemRandomNumberGenerator()
        let suffix = (0..<20).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] }
        return "\(prefix)_" + String(suffix)
    }
}
