/// Which Steno this is: what `--version`, the OpenAPI description, the metrics and outgoing requests say.
public enum Version {
    /// By semantic versioning.
    public static let current = "0.1.0"
}
