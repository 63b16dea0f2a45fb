/// The paths that a pull uses in a folder of models.
struct PullPlaces {
    let folder: String
    /// The model's folder.
    let model: String
    /// The archive, as far as it has arrived.
    let partial: String
    /// The model's folder before it has its name.
    let unpacking: String
    let lock: String

    init(folder: String, name: String) {
        self.folder = folder
        model = "\(folder)/\(name)"
        partial = "\(folder)/\(name).part"
        unpacking = "\(folder)/.\(name).unpacking"
        lock = "\(folder)/.\(name).lock"
    }
}
