import Foundation

/// The names and values that an ONNX file has beside its graph.
///
/// Source: onnx.proto3, `ModelProto.metadata_props` (field 14) of `StringStringEntryProto` (key 1, value 2). The graph,
/// which is nearly all of a file, is skipped without being read.
struct ONNXMetadata: Equatable, Sendable {
    private(set) var values: [String: String] = [:]

    /// Entries are short; a longer one is damage.
    private static let longestEntry: UInt64 = 1 << 20

    /// - Returns: `nil` when the file cannot be read, is cut off, or is something else.
    init?(path: String) {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }

        defer { try? file.close() }
        guard let size = try? file.seekToEnd(), size > 0 else { return nil }

        var position: UInt64 = 0
        while position < size {
            // A tag and a length take at most ten bytes each.
            guard let head = Self.read(file, at: position, count: min(20, size - position)) else { return nil }
            var reader = ProtobufReader(head)
            guard let field = reader.field() else { return nil }
            let start = position + UInt64(reader.position)
            let (end, overflows) = start.addingReportingOverflow(field.length)
            guard !overflows, end <= size else { return nil }
            if field.number == 14 {
                guard field.length <= Self.longestEntry, let entry = Self.read(file, at: start, count: field.length),
                    add(entry)
                else { return nil }
            }
            position = end
        }
    }

    subscript(name: String) -> String? { values[name] }

    /// A number above zero.
    func count(_ name: String) -> Int? { values[name].flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil } }

    /// Numbers above zero with commas between them.
    func counts(_ name: String) -> [Int]? {
        let texts = values[name]?.split(separator: ",", omittingEmptySubsequences: false) ?? []
        let numbers = texts.compactMap { Int($0) }
        return !numbers.isEmpty && numbers.count == texts.count && numbers.allSatisfy { $0 > 0 } ? numbers : nil
    }

    private mutating func add(_ entry: [UInt8]) -> Bool {
        var (reader, key, value) = (ProtobufReader(entry), "", "")
        while !reader.isAtEnd {
            guard let field = reader.field(), let bytes = reader.take(field.length) else { return false }
            if field.number == 1 { key = String(decoding: bytes, as: UTF8.self) }
            if field.number == 2 { value = String(decoding: bytes, as: UTF8.self) }
        }
        values[key] = value
        return true
    }

    private static func read(_ file: FileHandle, at position: UInt64, count: UInt64) -> [UInt8]? {
        guard count > 0 else { return [] }
        guard (try? file.seek(toOffset: position)) != nil, let data = try? file.read(upToCount: Int(count)),
            data.count == Int(count)
        else { return nil }
        return [UInt8](data)
    }
}

/// Reads the fields of a message in Protocol Buffers' encoding.
private struct ProtobufReader {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    /// The number of the next field, and how many bytes of it follow.
    mutating func field() -> (number: UInt64, length: UInt64)? {
        guard let tag = varint(), tag >> 3 > 0 else { return nil }
        switch tag & 7 {
        case 0: return varint().map { _ in (tag >> 3, 0) }
        case 1: return (tag >> 3, 8)
        case 2: return varint().map { (tag >> 3, $0) }
        case 5: return (tag >> 3, 4)
        default: return nil
        }
    }

    mutating func take(_ count: UInt64) -> ArraySlice<UInt8>? {
        guard count <= UInt64(bytes.count - position) else { return nil }
        defer { position += Int(count) }
        return bytes[position..<position + Int(count)]
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard position < bytes.count else { return nil }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
