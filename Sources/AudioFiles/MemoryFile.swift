import CMemoryFile
import SystemPackage

#if canImport(Glibc)
    import Glibc
#endif

/// Bytes as a file that has no name and lies on no disk, read from its beginning.
///
/// A pipe cannot go back; a process whose standard input is one of these can.
final class MemoryFile: Sendable {
    let descriptor: FileDescriptor

    /// - Throws: `Errno`.
    init(_ bytes: [UInt8]) throws {
        let number = memory_file_create("audio")
        guard number >= 0 else { throw Errno(rawValue: errno) }
        descriptor = FileDescriptor(rawValue: number)
        do {
            try descriptor.writeAll(bytes)
            try descriptor.seek(offset: 0, from: .start)
        } catch {
            try? descriptor.close()
            throw error
        }
    }

    deinit { try? descriptor.close() }
}
