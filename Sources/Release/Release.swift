/// What this build calls itself.
public enum Release {
    /// The version (semver.org), as `steno --version`, `/openapi.json` and the client's `User-Agent` say it.
    public static let version = "0.1.0"
}
