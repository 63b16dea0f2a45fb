import Foundation
import Release

/// What the kernel says of this process, under the names that Prometheus' client libraries use.
enum ProcessMetrics {
    static func add(to registry: PrometheusRegistry) {
        registry.observe("process_cpu_seconds_total", .counter) { processorSeconds }
        registry.observe("process_resident_memory_bytes", .gauge) { Double(residentBytes) }
        registry.observe("process_max_fds", .gauge) { Double(OpenFiles.limit) }
        let start = Date.now.timeIntervalSince1970
        registry.observe("process_start_time_seconds", .gauge) { start }
        registry.observe("steno_build_info", .gauge, dimensions: [("version", Release.version)]) { 1 }
    }

    private static var processorSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }

    /// The second field of `statm` (proc(5)): resident pages.
    private static var residentBytes: Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let fields = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }
}
