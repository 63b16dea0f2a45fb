/// The name that someone may have meant: the one with the smallest edit distance.
public struct NearestName {
    /// `nil` where every name differs in more than half of its letters.
    public let name: String?

    public init(of wanted: String, among names: [String]) {
        let wanted = Array(wanted.lowercased())
        let distances = names.map { name in (name, Self.distance(wanted, Array(name.lowercased()))) }
        let nearest = distances.min { $0.1 < $1.1 }
        name = nearest.flatMap { name, distance in distance * 2 <= max(wanted.count, name.count) ? name : nil }
    }

    /// Insertions, deletions and substitutions that turn `a` into `b` (Levenshtein).
    public static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let substituted = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
            }
        }

        return row[b.count]
    }
}
