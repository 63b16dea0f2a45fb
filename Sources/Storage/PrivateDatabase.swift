public import GRDB

/// How a database of SQLite is opened whose files others on this machine may not read.
///
/// What is deleted is overwritten with zeros, and what SQLite puts aside while it works is not written to another file.
public struct PrivateDatabase: Sendable {
    /// What a write waits for.
    public enum Durability: String, Sendable {
        /// The disk: what is written survives a loss of power.
        case full = "FULL"
        /// The system: what is written survives the end of the process, and a loss of power may cost the last seconds.
        case normal = "NORMAL"
    }

    /// For logs and for debuggers.
    public var label: String
    /// Connections that read at the same time; one more writes.
    public var readers: Int
    public var durability: Durability
    /// Whether the space of what is deleted can be given back to the disk.
    public var returnsSpace: Bool

    public init(label: String, readers: Int, durability: Durability, returnsSpace: Bool = false) {
        self.label = label
        self.readers = readers
        self.durability = durability
        self.returnsSpace = returnsSpace
    }

    /// Opens a file, which is made where it is missing, as its folder is.
    ///
    /// - Throws: `FileFault`, and the errors of GRDB.
    public func open(_ path: String) throws -> DatabasePool {
        try PrivateFile.make(at: path)
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = \(durability.rawValue)") }
        return pool
    }

    /// Opens a database in memory, which is gone when the process ends.
    public func openInMemory() throws -> DatabaseQueue { try DatabaseQueue(configuration: configuration) }

    private var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = label
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = readers
        configuration.prepareDatabase { [returnsSpace] database in
            try database.execute(sql: "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY")
            // Has to be said before there is a table.
            if returnsSpace, !database.configuration.readonly {
                try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            }
        }
        return configuration
    }
}
