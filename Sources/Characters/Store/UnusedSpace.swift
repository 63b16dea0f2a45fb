import GRDB
import GRDBSQLite
import Glibc

/// What stands in the pages of a database file beside its rows.
///
/// `secure_delete` overwrites rows and pages that are deleted, but where SQLite moves rows to a neighbouring page, it leaves
/// copies of them between the list of cells and the first cell, which no later deletion finds. Source: "Database File
/// Format", section 1.6.
struct UnusedSpace {
    private static let pagesAtOnce = 256

    /// Overwrites it with zeros, in the file itself.
    ///
    /// - Parameter database: The connection that writes, within a transaction that keeps others from writing. It holds no
    ///   pages, as it would write them again with what they had.
    /// - Returns: `false` when the log has something that is not in the file.
    static func overwrite(_ database: Database) throws -> Bool {
        let log = try DatabaseFile(database, SQLITE_FCNTL_JOURNAL_POINTER)
        guard try log.size() == 0 else { return false }
        let file = try DatabaseFile(database, SQLITE_FCNTL_FILE_POINTER)
        let pageSize = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4_096
        let size = try file.size()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pagesAtOnce * pageSize, alignment: 8)
        let zeros = UnsafeMutableRawBufferPointer.allocate(byteCount: pageSize, alignment: 8)
        zeros.initializeMemory(as: UInt8.self, repeating: 0)
        defer {
            buffer.deallocate()
            zeros.deallocate()
        }

        var isChanged = false

        // The first page holds the schema, no words.
        for start in stride(from: pageSize, to: size, by: buffer.count) {
            let chunk = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(size - start))
            try file.read(into: chunk, at: start)
            for offset in stride(from: 0, through: chunk.count - pageSize, by: pageSize) {
                guard let gap = gap(of: UnsafeRawBufferPointer(rebasing: chunk[offset..<offset + pageSize])) else {
                    continue
                }
                try file.write(UnsafeRawBufferPointer(zeros).prefix(gap.count), at: start + offset + gap.lowerBound)
                isChanged = true
            }
        }

        if isChanged { try file.synchronize() }
        return true
    }

    /// Where a page has something in its unused space; `nil` for one that is clean or no page of a tree.
    ///
    /// Other pages begin with the number of a page, whose first byte is less than 2 in files of less than 128 GiB.
    static func gap(of page: UnsafeRawBufferPointer) -> Range<Int>? {
        func number(at offset: Int) -> Int { Int(page[offset]) << 8 | Int(page[offset + 1]) }
        let header: Int
        switch page[0] {
        case 2, 5: header = 12
        case 10, 13: header = 8
        default: return nil
        }

        let first = number(at: 5)
        let (start, end) = (header + 2 * number(at: 3), first == 0 ? 65_536 : first)
        guard start < end, end <= page.count else { return nil }
        let gap = UnsafeRawBufferPointer(rebasing: page[start..<end])

        // All bytes are zero when the first is and each is as the one before.
        guard let bytes = gap.baseAddress else { return nil }
        let isClean = gap[0] == 0 && memcmp(bytes, bytes + 1, gap.count - 1) == 0
        return isClean ? nil : start..<end
    }
}

/// A file that SQLite has open, as opening it again would drop SQLite's locks when it is closed.
private struct DatabaseFile {
    private let file: UnsafeMutablePointer<sqlite3_file>
    private let methods: sqlite3_io_methods

    /// - Parameter operation: Which file: a code of `sqlite3_file_control`.
    init(_ database: Database, _ operation: Int32) throws {
        var pointer: UnsafeMutablePointer<sqlite3_file>?
        try Self.check(sqlite3_file_control(database.sqliteConnection, "main", operation, &pointer))
        guard let pointer, let methods = pointer.pointee.pMethods else {
            throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "the file is not open")
        }
        (file, self.methods) = (pointer, methods.pointee)
    }

    func size() throws -> Int {
        var size: sqlite3_int64 = 0
        try Self.check(methods.xFileSize(file, &size))
        return Int(size)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
        try Self.check(methods.xRead(file, buffer.baseAddress, Int32(buffer.count), sqlite3_int64(offset)))
    }

    func write(_ bytes: Slice<UnsafeRawBufferPointer>, at offset: Int) throws {
        let start = UnsafeRawBufferPointer(rebasing: bytes).baseAddress
        try Self.check(methods.xWrite(file, start, Int32(bytes.count), sqlite3_int64(offset)))
    }

    func synchronize() throws { try Self.check(methods.xSync(file, SQLITE_SYNC_NORMAL)) }

    private static func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }
}
