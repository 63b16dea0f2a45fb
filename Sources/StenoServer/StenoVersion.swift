/// Which Steno this is.
public enum StenoVersion {
    /// The release, as `steno --version` and the metric `steno_build_info` have it.
    public static let current = "0.1.0"
}
