import HTTPTypes

/// A form's text fields, and its file.
struct MultipartForm: Equatable {
    /// In the order they came; a name may come more than once.
    var fields: [(name: String, value: String)] = []
    /// The part named `file`, whatever it says of itself.
    var file: [UInt8]?

    static func == (a: MultipartForm, b: MultipartForm) -> Bool {
        a.file == b.file && a.fields.elementsEqual(b.fields) { $0 == $1 }
    }

    /// Every value under `name`, also as the elements of an array (`name[]`).
    func values(_ name: String) -> [String] {
        fields.filter { $0.name == name || $0.name == name + "[]" }.map(\.value)
    }
}

/// Collects a form from the events of a `MultipartParser`.
///
/// Only fields that somebody asks for are kept, so that what is ignored costs no memory.
struct MultipartFormReader {
    /// The longest text of a field, in bytes.
    static let maximumField = 64 << 10

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

    /// - Parameter isWanted: Whether a text field is to be kept, by its name.
    init(boundary: String, isWanted: @escaping (String) -> Bool) {
        parser = MultipartParser(boundary: boundary)
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
            form.file = []
            part = .file
        } else {
            part = isWanted(name) ? .field(name) : .ignored
        }
    }

    private mutating func append(_ bytes: [UInt8]) throws {
        switch part {
        case .ignored: break
        case .file: form.file?.append(contentsOf: bytes)
        case .field(let name):
            guard text.count + bytes.count <= Self.maximumField else {
                let message = "'\(name)' is longer than \(Self.maximumField) bytes."
                throw APIError(.badRequest, message, param: name)
            }
            text += bytes
        }
    }

    private mutating func end() {
        if case .field(let name) = part { form.fields.append((name, String(decoding: text, as: UTF8.self))) }
        part = .ignored
    }
}
