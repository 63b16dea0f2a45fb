import Foundation
import TestSupport
import Testing

@testable import SpeechDetection

@Suite("Silero model file")
struct SileroModelTests {
    /// A small file: tensor `a` is two by three.
    static let small = small(#"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[4,28]},"__metadata__":{"x":"y"}}"#)

    static func small(_ header: String) -> [UInt8] {
        let data = (0..<7).flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: Float(number).bitPattern >> (8 * $0)) }
        }
        return RandomModel.file(header: header.utf8, data: data)
    }

    static func loading(_ model: RandomModel) -> SileroModelError? {
        do {
            _ = try SileroWeights(file: SafetensorsFile(parsing: model.bytes))
            return nil
        } catch {
            return error
        }
    }

    @Test("Reads a tensor where the header says it lies")
    func tensor() throws {
        #expect(try SafetensorsFile(parsing: Self.small).tensor("a", shape: [2, 3]) == [1, 2, 3, 4, 5, 6])
    }

    @Test(
        "Refuses a header that does not fit",
        arguments: [
            "", "{", "[]", #"{"a":1}"#, #"{"a":{"dtype":"F32","shape":[2,3]}}"#,
            #"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[]}}"#,
            #"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[4,8,28]}}"#,
            #"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[4,27]}}"#,
            #"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]}}"#,
            #"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[-4,20]}}"#,
            #"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[28,4]}}"#,
            #"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[-9223372036854775808,28]}}"#,
            #"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[4,99999999999999999999]}}"#,
        ]
    )
    func malformed(header: String) {
        #expect {
            try SafetensorsFile(parsing: Self.small(header)).tensor("a", shape: [2, 3])
        } throws: { error in
            if case SileroModelError.malformed = error { true } else { false }
        }
    }

    @Test("Refuses a tensor of another name, type or shape")
    func mismatches() throws {
        let file = try SafetensorsFile(parsing: Self.small)
        #expect(throws: SileroModelError.missingTensor("b")) { try file.tensor("b", shape: [2, 3]) }
        #expect(throws: SileroModelError.wrongShape("a", found: [2, 3], expected: [3, 2])) {
            try file.tensor("a", shape: [3, 2])
        }
        let half = #"{"a":{"dtype":"F16","shape":[2,3],"data_offsets":[4,16]}}"#
        #expect(throws: SileroModelError.wrongType("a", found: "F16")) {
            try SafetensorsFile(parsing: Self.small(half)).tensor("a", shape: [2, 3])
        }
    }

    @Test("Survives every truncation and thousands of damaged bytes")
    func damage() {
        for count in Self.small.indices {
            #expect(throws: SileroModelError.self) {
                try SafetensorsFile(parsing: Array(Self.small[..<count])).tensor("a", shape: [2, 3])
            }
        }
        var random = SeededGenerator(seed: 3)
        for _ in 0..<5_000 {
            var bytes = Self.small
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: bytes.indices, using: &random)
                bytes[at] = UInt8.random(in: 0...255, using: &random)
            }
            let values = try? SafetensorsFile(parsing: bytes).tensor("a", shape: [2, 3])
            #expect(values == nil || values?.count == 6)
        }
    }

    @Test("Names the tensor that is missing or of another shape", arguments: RandomModel().tensors.keys.sorted())
    func everyTensor(name: String) {
        var model = RandomModel()
        let shape = model.tensors[name]?.shape ?? []
        model.tensors[name]?.shape = shape + [1]
        #expect(Self.loading(model) == .wrongShape(name, found: shape + [1], expected: shape))
        model.tensors[name] = nil
        #expect(Self.loading(model) == .missingTensor(name))
    }

    @Test("Refuses weights that are no numbers, and another transform")
    func values() {
        var model = RandomModel()
        #expect(Self.loading(model) == nil)
        model.tensors["conv3.bias"]?.values[5] = .nan
        #expect(Self.loading(model) == .malformed("conv3.bias holds what is not a number"))
        model = RandomModel()
        model.tensors["stft_conv.weight"]?.values[257 * 256 + 100] += 1e-3
        #expect(Self.loading(model) == .otherTransform)
    }

    @Test("Says in one line why a file cannot be used")
    func files() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (large, empty) = (folder.appending(path: "large").path, folder.appending(path: "empty").path)
        try Data(count: SileroWeights.maximumSize + 1).write(to: URL(filePath: large))
        try Data().write(to: URL(filePath: empty))
        let cases: [(String, SileroModelError)] = [
            (folder.appending(path: "none").path, .unreadable(path: folder.appending(path: "none").path)),
            (folder.path, .unreadable(path: folder.path)), ("/dev/zero", .unreadable(path: "/dev/zero")),
            (large, .tooLarge(path: large, limit: SileroWeights.maximumSize)),
            (empty, .malformed("it is empty")),
        ]
        for (path, expected) in cases {
            #expect(throws: expected) { try SileroNetwork(path: path) }
            #expect(!"\(expected)".contains("\n"))
        }
    }
}
