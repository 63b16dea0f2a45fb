import FoundationEssentials

/// Named tensors of 32-bit floats in a safetensors file.
///
/// The format: eight bytes of little-endian length, as many bytes of JSON that say where each tensor lies, the tensors.
/// Source: "Format", https://github.com/huggingface/safetensors (README).
struct SafetensorsFile {
    /// What the header says of one tensor.
    private struct Entry: Decodable {
        let dtype: String
        let shape: [Int]
        let data_offsets: [Int]
    }

    /// The entries, without the one of free text that any file may have.
    private struct Header: Decodable {
        struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }

            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        var entries: [String: Entry] = [:]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            for key in container.allKeys where key.stringValue != "__metadata__" {
                entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
            }
        }
    }

    private let entries: [String: Entry]
    private let data: ArraySlice<UInt8>

    /// Reads the header; tensors are checked when asked for.
    init(parsing bytes: [UInt8]) throws(SileroModelError) {
        let lengthSize = 8
        guard bytes.count >= lengthSize else { throw .malformed("it ends within the length of its header") }
        let length = (0..<lengthSize).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1)) }
        guard length <= UInt64(bytes.count - lengthSize) else { throw .malformed("its header goes beyond its end") }
        let split = lengthSize + Int(length)
        do {
            entries = try JSONDecoder().decode(Header.self, from: Data(bytes[lengthSize..<split])).entries
        } catch {
            throw .malformed("its header is not the JSON of a safetensors file")
        }

        data = bytes[split...]
    }

    /// The floats of a tensor, the last dimension running fastest.
    ///
    /// - Throws: `SileroModelError` unless the tensor is there, of this shape, within the file, and finite throughout.
    func tensor(_ name: String, shape: [Int]) throws(SileroModelError) -> [Float] {
        guard let entry = entries[name] else { throw .missingTensor(name) }
        guard entry.dtype == "F32" else { throw .wrongType(name, found: entry.dtype) }
        guard entry.shape == shape else { throw .wrongShape(name, found: entry.shape, expected: shape) }

        let size = 4 * shape.reduce(1, *)
        guard entry.data_offsets.count == 2, let start = entry.data_offsets.first, let end = entry.data_offsets.last,
            start >= 0, end <= data.count, start <= end, end - start == size
        else { throw .malformed("the place of \(name) does not fit") }
        let bytes = data[(data.startIndex + start)..<(data.startIndex + end)]
        let floats = stride(from: bytes.startIndex, to: bytes.endIndex, by: 4).map { at in
            Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) })
        }
        guard floats.allSatisfy(\.isFinite) else { throw .malformed("\(name) holds what is not a number") }
        return floats
    }
}
