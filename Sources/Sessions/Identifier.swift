/// Names for items and events on the wire.
public enum Identifier {
    private static let letters = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

    /// A name nobody has had: `prefix`, an underscore, and 20 random letters and digits (119 bits).
    public static func random(_ prefix: String) -> String {
        var generator = SystemRandomNumberGenerator()
        // Ten letters from each number: 62 to the power of ten is just below 2 to the power of 60.
        let suffix = (0..<2).flatMap { _ in
            var number = generator.next()
            return (0..<10).map { _ in
                defer { number /= 62 }
                return letters[Int(number % 62)]
            }
        }
        return prefix + "_" + String(decoding: suffix, as: UTF8.self)
    }
}
