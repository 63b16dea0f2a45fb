import Foundation

/// Finds files that belong to an installation: models and engines.
public enum InstalledFiles {
    /// The path of `name`, which is relative, in the current folder, or else in the nearest folder above the executable
    /// that has it; `nil` where there is none.
    public static func path(_ name: String) -> String? {
        folders.map { "\($0)/\(name)" }.first { FileManager.default.fileExists(atPath: $0) }
    }

    /// The same path, or `name` itself where there is none.
    public static func expectedPath(_ name: String) -> String { path(name) ?? name }

    private static var folders: [String] {
        var folders = [FileManager.default.currentDirectoryPath]
        var folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        while folder.path != "/" {
            folders.append(folder.path)
            folder.deleteLastPathComponent()
        }
        return folders
    }
}
