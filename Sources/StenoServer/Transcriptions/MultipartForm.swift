import AudioFiles
import FoundationEssentials
import HTTPTypes
import Limits

/// A form's text fields, and its file.
struct MultipartForm {
    /// In the order they came; a name may come more than once.
    var fields: [(name: String, value: String)] = []
    /// The part named `file`, whatever it says of itself.
    var file: SpooledFile?

    /// Every value under `name`, also as the elements of an array (`name[]`, `name[0]`).
    func values(_ name: String) -> [String] { fields.filter { Self.plain($0.name) == name }.map(\.value) }

    /// The elements of an array however a client spells it: as fields of one name, with brackets or without, as one list
    /// with commas, or as JSON.
    func list(_ name: String) -> [String] {
        values(name).flatMap { value in
            let elements = (try? JSONDecoder().decode([String].self, from: Data(value.utf8))) ?? [value]
            return elements.flatMap { $0.split(separator: ",") }.map(Self.bare).filter { !$0.isEmpty }
        }
    }

    /// The name without what makes it an element of an array.
    static func plain(_ name: String) -> String {
        guard name.hasSuffix("]"), let bracket = name.lastIndex(of: "[") else { return name }
        let index = name[name.index(after: bracket)...].dropLast()
        return index.allSatisfy { $0.isASCII && $0.isNumber } ? String(name[..<bracket]) : name
    }

    /// Without blanks, and without the brackets and quotation marks of a list that is nearly JSON (`['word']`).
    private static func bare(_ element: Substring) -> String {
        let marks: Set<Character> = ["[", "]", "\"", "'", " ", "\t"]
        let start = element.drop(while: marks.contains)
        guard let last = start.lastIndex(where: { !marks.contains($0) }) else { return "" }
        return String(start[...last])
    }
}

/// Collects a form from the events of a `MultipartParser`.
///
/// Only fields that somebody asks for are kept, so that what is ignored costs no memory.
struct MultipartFormReader {
    /// The longest text of a field, in bytes.
    static let maximumField = 64 << 10
    /// The longest text of all fields together, in bytes.
    static let maximumText = 128 << 10

    private enum Part {
        case ignored
        case file
        case field(String)
    }

    private var parser: MultipartParser
    private let isWanted: (String) -> Bool
    private var form = MultipartForm()
    private var part = Part.ignored
    private var text: [UInt8] = []
    /// Bytes of the fields before this one.
    private var kept = 0
    private let memory: MemoryBudget

    /// - Parameters:
    ///   - memory: What a short file counts against.
    ///   - isWanted: Whether a text field is to be kept, by its name.
    init(boundary: String, memory: MemoryBudget, isWanted: @escaping (String) -> Bool) {
        parser = MultipartParser(boundary: boundary)
        self.memory = memory
        self.isWanted = isWanted
    }

    mutating func feed(_ bytes: [UInt8]) throws {
        for event in try parser.feed(bytes) {
            switch event {
            case .began(let header): try begin(header)
            case .data(let bytes): try append(bytes)
            case .ended: end()
            }
        }
    }

    /// The form, once the whole body has been fed.
    func finish() throws -> MultipartForm {
        try parser.finish()
        return form
    }

    private mutating func begin(_ header: [String: String]) throws {
        let disposition = ParameterizedHeader(header["content-disposition"] ?? "")
        guard disposition.value == "form-data", let name = disposition.parameters["name"] else {
            throw APIError(.badRequest, "A part of the form has no 'Content-Disposition: form-data' with a name.")
        }
        text = []
        if name == "file" {
            guard form.file == nil else {
                throw APIError(.badRequest, "The form has more than one 'file'. Send one.", param: "file")
            }
            form.file = SpooledFile(memory: memory)
            part = .file
        } else {
            part = isWanted(name) ? .field(name) : .ignored
        }
    }

    private mutating func append(_ bytes: [UInt8]) throws {
        switch part {
        case .ignored: break
        case .file: try form.file?.append(bytes)
        case .field(let name):
            guard text.count + bytes.count <= Self.maximumField else {
                let message = "'\(name)' is longer than \(Self.maximumField) bytes."
                throw APIError(.badRequest, message, param: name)
            }
            guard kept + text.count + bytes.count <= Self.maximumText else {
                let message = "The fields of the form are longer than \(Self.maximumText) bytes together."
                throw APIError(.badRequest, message, param: name)
            }
            text += bytes
        }
    }

    private mutating func end() {
        if case .field(let name) = part { form.fields.append((name, String(decoding: text, as: UTF8.self))) }
        kept += text.count
        part = .ignored
    }
}
