import CMemoryFile
import Foundation
public import Limits
import Synchronization
import SystemPackage

/// Bytes as a file without a name: in memory while they are few, from then on in the folder for temporary files.
///
/// What lies in memory counts against a budget. Where the folder cannot be used everything stays in memory. A process
/// whose standard input is such a file can go back in it, which it cannot in a pipe.
public final class SpooledFile: Sendable {
    /// Bytes that a file has at most in memory.
    static let memoryLimit = 1 << 20

    private enum Place {
        case memory
        case disk
        /// For want of a disk.
        case memoryOnly
    }

    private struct State {
        var descriptor: FileDescriptor?
        var count = 0
        var place = Place.memory
    }

    private let state = Mutex(State())
    private let share: MemoryBudget.Share

    /// An empty file.
    public init(memory: MemoryBudget) { share = memory.makeShare() }

    /// A file of `bytes`, with a budget of its own.
    public convenience init(_ bytes: [UInt8]) throws(AudioFileError) {
        self.init(memory: MemoryBudget(limit: .max))
        try append(bytes)
    }

    deinit { try? state.withLock(\.descriptor)?.close() }

    /// Bytes so far.
    public var count: Int { state.withLock(\.count) }

    /// The open file, at its beginning; it is closed with the end of this object.
    var descriptor: FileDescriptor {
        get throws { try state.withLock { state in try Self.descriptor(&state) } }
    }

    /// Adds `bytes` at the end.
    ///
    /// - Throws: `AudioFileError.noRoom` when neither disk nor memory has room for them.
    public func append(_ bytes: [UInt8]) throws(AudioFileError) {
        try state.withLock { state throws(AudioFileError) in
            if state.place == .memory, state.count + bytes.count > Self.memoryLimit { move(&state) }
            guard state.place == .disk || share.grow(by: bytes.count) else { throw .noRoom }
            do {
                // The position stays at the beginning, for whoever is given the file.
                try Self.descriptor(&state).writeAll(toAbsoluteOffset: Int64(state.count), bytes)
            } catch {
                throw .noRoom
            }
            state.count += bytes.count
        }
    }

    /// The bytes in `range`; fewer where the file ends, or cannot be read.
    func bytes(_ range: Range<Int>) -> [UInt8] {
        state.withLock { state in
            let wanted = range.clamped(to: 0..<state.count)
            guard let descriptor = state.descriptor, !wanted.isEmpty else { return [] }
            return [UInt8](unsafeUninitializedCapacity: wanted.count) { buffer, filled in
                while filled < wanted.count {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                    let offset = Int64(wanted.lowerBound + filled)
                    guard let count = try? descriptor.read(fromAbsoluteOffset: offset, into: rest), count > 0 else {
                        return
                    }
                    filled += count
                }
            }
        }
    }

    /// From memory to disk, once; where that fails the bytes stay.
    private func move(_ state: inout State) {
        state.place = .memoryOnly
        guard let file = try? Self.makeFile() else { return }
        let held = (try? state.descriptor.map { try Self.contents($0, count: state.count) }) ?? []
        guard held.count == state.count, (try? file.writeAll(toAbsoluteOffset: 0, held)) != nil else {
            try? file.close()
            return
        }

        try? state.descriptor?.close()
        state.descriptor = file
        state.place = .disk
        share.clear()
    }

    private static func contents(_ descriptor: FileDescriptor, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try descriptor.read(fromAbsoluteOffset: 0, into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    private static func descriptor(_ state: inout State) throws -> FileDescriptor {
        if let descriptor = state.descriptor { return descriptor }
        let number = memory_file_create("audio")
        guard number >= 0 else { throw Errno(rawValue: errno) }
        state.descriptor = FileDescriptor(rawValue: number)
        return FileDescriptor(rawValue: number)
    }

    /// A new file that has lost its name already, so that it goes with the process whatever happens.
    private static func makeFile() throws -> FileDescriptor {
        let path = FileManager.default.temporaryDirectory.appending(path: "steno-\(UUID().uuidString)").path
        let descriptor = try FileDescriptor.open(
            path,
            .readWrite,
            options: [.create, .exclusiveCreate, .closeOnExec],
            permissions: .ownerReadWrite
        )
        unlink(path)
        return descriptor
    }
}
