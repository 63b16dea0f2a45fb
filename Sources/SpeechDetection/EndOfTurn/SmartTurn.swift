import Waiting

/// The Smart Turn network (v3.2): a probability from the sound of the last 8 s, for 23 languages.
///
/// It runs on threads of its own, named `turn-0` and on, one call at a time on each; other calls wait in the order in which
/// they came. A cancelled call leaves the line, or is stopped within milliseconds.
///
/// It has learned from people who pause in conversation, and knows nothing of words. Silence and noise without speech are
/// a finished turn to it, so it must only be asked after speech, and a long silence has to end a turn whatever it says.
public final class SmartTurn: EndOfTurnModel {
    /// The name in the catalogue of models.
    public static let modelName = "smart-turn-v3.2"
    /// The file in the model's folder.
    public static let modelFile = "\(modelName)-cpu.onnx"
    /// Where setup puts the library that runs it.
    public static let libraryPath = "engines/sherpa-onnx/lib/libonnxruntime.so"

    private let network: SmartTurnNetwork
    private let features = SpeechFeatures()
    private let threads: WorkerThreads
    private let line: ConcurrencyLimit

    private init(network: SmartTurnNetwork, threads: WorkerThreads, count: Int) {
        self.network = network
        self.threads = threads
        line = ConcurrencyLimit(count)
    }

    /// Loads the network, on a thread of its own, and has it judge a silence.
    ///
    /// - Parameters:
    ///   - model: The file of the network.
    ///   - library: The file of the shared library onnxruntime.
    ///   - threads: Calls that run at the same time, at least 1.
    /// - Throws: `SmartTurnError`, which names the file.
    public static func load(
        model: String,
        library: String,
        threads count: Int
    ) async throws(SmartTurnError) -> SmartTurn {
        let threads: WorkerThreads
        do {
            threads = try WorkerThreads(count: count, name: "turn")
        } catch {
            throw .noThread(code: error.code)
        }
        let loaded = await threads.run {
            Result { () throws(SmartTurnError) in try usableNetwork(path: model, library: library) }
        }
        return SmartTurn(network: try loaded.get(), threads: threads, count: count)
    }

    /// Calls that wait for a thread.
    public var waiting: Int { line.waiting }
    /// Calls that run.
    var active: Int { line.active }

    public func probabilityOfEnd(of audio: [Int16]) async -> Float? {
        guard let run = network.makeRun() else { return nil }
        return try? await line.run(orThrow: { $0 }) { () async throws(ConcurrencyLimit.Refusal) -> Float? in
            await threads.run(onCancel: { run.stop() }) { [features] in
                run.probability(features.features(of: audio))
            }
        }
    }

    /// A network whose tensors are those of Smart Turn.
    private static func usableNetwork(path: String, library: String) throws(SmartTurnError) -> SmartTurnNetwork {
        let network = try SmartTurnNetwork(path: path, library: library)
        let silence = [Float](repeating: 0, count: SpeechFeatures.bands * SpeechFeatures.frames)
        guard let run = network.makeRun() else { throw .outOfMemory }
        guard run.probability(silence) != nil else {
            throw .unusableModel(path: path, reason: SmartTurnNetwork.lastError)
        }
        return network
    }
}
