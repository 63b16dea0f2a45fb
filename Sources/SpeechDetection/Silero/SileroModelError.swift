/// Why a file is not the network that `SileroNetwork` runs.
public enum SileroModelError: Error, Equatable, CustomStringConvertible {
    case unreadable(path: String)
    /// The file has more bytes than the network can have.
    case tooLarge(path: String, limit: Int)
    case malformed(String)
    case missingTensor(String)
    case wrongType(String, found: String)
    case wrongShape(String, found: [Int], expected: [Int])
    /// The first layer is not the windowed Fourier transform that is computed in its place.
    case otherTransform

    public var description: String {
        switch self {
        case .unreadable(let path): "There is no readable file '\(path)'; ./entrypoint.sh setup fetches the model"
        case .tooLarge(let path, let limit): "'\(path)' is larger than \(limit) bytes, which the model is not"
        case .malformed(let reason): "The model is damaged: \(reason)"
        case .missingTensor(let name): "The model has no tensor \(name): it is not silero_vad_16k.safetensors"
        case .wrongType(let name, let found): "The model's \(name) is of type \(found) instead of F32"
        case .wrongShape(let name, let found, let expected): "The model's \(name) is \(found) instead of \(expected)"
        case .otherTransform: "The model's stft_conv.weight is not a Fourier transform under a Hann window"
        }
    }
}
