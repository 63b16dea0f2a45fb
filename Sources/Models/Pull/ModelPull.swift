import Foundation
import Synchronization
import Waiting

/// Fetches a model: downloads its archive, checks it, unpacks it, and gives the folder its name at the very end.
public struct ModelPull: Sendable {
    public let entry: CatalogueEntry
    public let store: ModelStore
    public let source: ModelSource
    /// Whether a model without a known SHA-256 is taken.
    public let allowsUnpinned: Bool

    public init(entry: CatalogueEntry, store: ModelStore, source: ModelSource, allowsUnpinned: Bool = false) {
        self.entry = entry
        self.store = store
        self.source = source
        self.allowsUnpinned = allowsUnpinned
    }

    /// The host that is asked.
    public var host: String { source.host(entry.url) }

    /// Fetches the model unless it is there, on a thread of its own; another process that fetches it is waited for.
    ///
    /// What has arrived of an archive is kept when the download breaks off or is cancelled, and the next goes on there.
    ///
    /// - Parameter report: Called on that thread, for every few kilobytes.
    /// - Returns: The model's folder.
    /// - Throws: `ModelError`.
    public func run(report: @escaping @Sendable (PullEvent) -> Void) async throws -> String {
        let cancellation = Cancellation()
        let outcome = Promise<Result<String, any Error>>()
        DispatchQueue(label: "steno-models").async {
            outcome.fulfill(Result { try pull(report: report, isCancelled: { cancellation.isRequested }) })
        }
        return try await outcome.value(onCancel: { cancellation.request() }).get()
    }

    func pull(report: @escaping (PullEvent) -> Void, isCancelled: @escaping () -> Bool) throws(ModelError) -> String {
        if let path = store.path(of: entry.name) { return path }
        guard entry.isPinned || allowsUnpinned else { throw .unpinned(name: entry.name) }
        let places = PullPlaces(folder: try store.writableFolder(), name: entry.name)

        let lock = try FileLock(path: places.lock) { attempts throws(ModelError) in
            if isCancelled() { throw .cancelled }
            if attempts == 0 { report(.waiting) }
        }
        defer { lock.unlock() }
        if FileSystem.isDirectory(path: places.model) { return places.model }

        try download(places, report: report, isCancelled: isCancelled)
        report(.checking)
        let digest = try check(places)
        report(.unpacking)
        try unpack(places, sha256: digest, isCancelled: isCancelled)
        return places.model
    }

    private func download(
        _ places: PullPlaces,
        report: @escaping (PullEvent) -> Void,
        isCancelled: @escaping () -> Bool
    ) throws(ModelError) {
        let there = FileSystem.size(path: places.partial) ?? 0
        if let size = entry.size {
            if there == size { return }
            try FileSystem.reserve(size - there, in: places.folder)
        }

        let download = Download(
            name: entry.name,
            url: source.url(entry.url),
            host: host,
            path: places.partial,
            report: report,
            isCancelled: isCancelled
        )
        try download.run()
    }

    /// - Returns: The SHA-256 of the archive, which is the expected one if there is one.
    private func check(_ places: PullPlaces) throws(ModelError) -> String {
        let digest = try FileDigest.sha256(path: places.partial)
        if let expected = entry.sha256, digest != expected {
            try FileSystem.remove(path: places.partial)
            throw .wrongChecksum(file: source.url(entry.url), expected: expected, got: digest)
        }
        return digest
    }

    private func unpack(
        _ places: PullPlaces,
        sha256: String,
        isCancelled: @escaping () -> Bool
    ) throws(ModelError) {
        try FileSystem.remove(path: places.unpacking)
        try FileSystem.makeDirectory(path: places.unpacking)
        do throws(ModelError) {
            let folder = places.unpacking
            try Unpacker(entry: entry, archive: places.partial, folder: folder, isCancelled: isCancelled).run()
            let files = try ModelRecord.files(in: folder)
            try ModelRecord(entry: entry, sha256: sha256, files: files).write(into: folder)
            try FileSystem.rename(from: folder, to: places.model)
        } catch {
            try? FileSystem.remove(path: places.unpacking)
            // Without a checksum it may be anything, such as a page of a proxy: the next attempt should not keep it.
            if case .cannotUnpack = error, !entry.isPinned { try? FileSystem.remove(path: places.partial) }
            throw error
        }

        try FileSystem.remove(path: places.partial)
    }
}

/// Tells the thread of a pull that its caller no longer waits.
private final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isRequested: Bool { flag.load(ordering: .relaxed) }

    func request() { flag.store(true, ordering: .relaxed) }
}
