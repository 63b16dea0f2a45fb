import Glibc

/// How much memory this process may use.
public enum MachineMemory {
    /// Bytes of the machine, or of the container where that has less (cgroup v2).
    public static var size: Int {
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        return min(machine, limit(readingFile: "/sys/fs/cgroup/memory.max") ?? machine)
    }

    /// The number in a control file of a cgroup; `nil` when it says `max` or is not there.
    static func limit(readingFile path: String) -> Int? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 64)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        let text = line.prefix { $0 != 0 && $0 != CChar(UInt8(ascii: "\n")) }
        return Int(String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}
