// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let inMemoryLogging: Target.Dependency = .product(name: "InMemoryLogging", package: "swift-log")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let metricsTestKit: Target.Dependency = .product(name: "MetricsTestKit", package: "swift-metrics")
let nioConcurrencyHelpers: Target.Dependency = .product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1: Target.Dependency = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let serviceLifecycleTestKit: Target.Dependency = .product(
    name: "ServiceLifecycleTestKit",
    package: "swift-service-lifecycle"
)
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")

let package = Package(
    name: "steno",
    products: [
        .executable(name: "steno", targets: ["steno"]),
        // For Benchmarks.
        .library(name: "StenoAudio", targets: ["Audio"]),
        .library(name: "StenoJSON", targets: ["JSON"]),
        .library(name: "StenoDialects", targets: ["Dialects", "Sessions"]),
        .library(name: "StenoTranscription", targets: ["Transcription"]),
        .library(name: "StenoSpeechDetection", targets: ["SpeechDetection"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    ],
    targets: [
        // An arrow may only point down this list.
        .executableTarget(
            name: "steno",
            dependencies: [
                "StenoServer", "StenoClient", "Settings", "Sessions", "SpeechPictures", "SpeechDetection", "AudioFiles",
                "Audio", "JSON", "Models", "Release", "CAllocator", argumentParser, logging, systemPackage,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "StenoServer",
            dependencies: [
                "Settings", "Characters", "Dialects", "Sessions", "Transcription", "Chat", "SpeechSynthesis",
                "SpeechDetection", "AudioFiles", "Audio", "JSON", "Models", "WebSocketTransport", "ServerTLS",
                "HTTPTransfer", "Backends", "Spool", "Limits", "Release", "Waiting", "CAllocator", "CCrypto",
                coreMetrics, deque, httpTypes, hummingbird, hummingbirdCore, logging, metrics, nioCore, nioHTTP1,
                nioHTTPTypes, nioPosix, serviceLifecycle, unixSignals,
            ],
            resources: [.embedInCode("Documentation/openapi.json"), .embedInCode("Console/Page")],
            swiftSettings: strict
        ),
        .target(
            name: "StenoClient",
            dependencies: [
                "Audio", "JSON", "Release", "Waiting", "CPortAudio", nioCore, nioHTTP1, nioPosix, nioSSL, nioWebSocket,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Settings",
            dependencies: [
                "BackendHTTP", "Backends", "Sessions", "Transcription", "Chat", "SpeechSynthesis", "SpeechDetection",
                "AudioFiles", "Audio", "JSON", "Models", logging,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Characters",
            dependencies: ["Chat", "Audio", "JSON", "Storage", "CZlib", grdb, grdbSQLite],
            resources: [.embedInCode("Presets/assistant.json"), .embedInCode("Presets/tutor.json")],
            swiftSettings: strict
        ),
        .target(
            name: "Spool",
            dependencies: ["Transcription", "Audio", "Storage", "Limits", "Waiting", deque, grdb, logging],
            swiftSettings: strict
        ),
        .target(
            name: "Dialects",
            dependencies: [
                "Sessions", "Transcription", "Chat", "SpeechSynthesis", "SpeechDetection", "Audio", "JSON",
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Sessions",
            dependencies: [
                "Transcription", "Chat", "SpeechSynthesis", "SpeechDetection", "Audio", "Limits", "Waiting",
                coreMetrics, deque, metrics,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Transcription",
            dependencies: [
                "BackendHTTP", "Backends", "Audio", "HTTPTransfer", "Limits", "Waiting", "CAllocator", "CPocketSphinx",
                "CSherpaOnnx", "CZlib", deque, logging,
            ],
            resources: [.embedInCode("Sherpa/Resources/probe.wav")],
            swiftSettings: strict
        ),
        .target(
            name: "Chat",
            dependencies: ["BackendHTTP", "Backends", "HTTPTransfer", "JSON", logging],
            swiftSettings: strict
        ),
        .target(
            name: "SpeechSynthesis",
            dependencies: [
                "Audio", "BackendHTTP", "Backends", "HTTPTransfer", "JSON", "Waiting", "CFlite", "CSherpaOnnx", logging,
                subprocess, systemPackage,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Models",
            dependencies: ["Release", "Waiting", "CCrypto", "CCurl"],
            resources: [.embedInCode("Catalogue/catalogue.json")],
            swiftSettings: strict
        ),
        .target(name: "SpeechPictures", dependencies: ["SpeechDetection", "Audio", "JSON"], swiftSettings: strict),
        .target(
            name: "SpeechDetection",
            dependencies: ["Audio", "Waiting", "COnnxRuntime", "CSileroKernels", "CWebRTCAudio"],
            swiftSettings: strict
        ),
        .target(
            name: "AudioFiles",
            dependencies: ["Audio", "Limits", "Waiting", "CMemoryFile", logging, subprocess, systemPackage],
            swiftSettings: strict
        ),
        .target(name: "Audio", dependencies: ["CSoxr", "CWebRTCAudio"], swiftSettings: strict),
        .target(
            name: "BackendHTTP",
            dependencies: ["Backends", "HTTPTransfer", "JSON", logging],
            swiftSettings: strict
        ),
        .target(name: "JSON", swiftSettings: strict),
        .target(
            name: "WebSocketTransport",
            dependencies: [
                "Limits", httpTypes, hummingbird, hummingbirdCore, logging, nioConcurrencyHelpers, nioCore, nioHTTP1,
                nioHTTPTypes, nioHTTPTypesHTTP1, nioWebSocket,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "ServerTLS",
            dependencies: [logging, nioCore, nioSSL, nioTLS],
            swiftSettings: strict
        ),
        .target(
            name: "HTTPTransfer",
            dependencies: ["CCurl", "Limits", "Release", "Waiting"],
            swiftSettings: strict + [.strictMemorySafety()]
        ),
        .target(name: "Backends", dependencies: ["Waiting", logging], swiftSettings: strict),
        .target(name: "Waiting", dependencies: ["CThreads", deque], swiftSettings: strict),
        .target(name: "Storage", dependencies: [grdb], swiftSettings: strict),
        .target(name: "Limits", swiftSettings: strict),
        .target(name: "Release", swiftSettings: strict),

        // C stays behind these targets: a narrow header each, no policy.
        .target(
            name: "CFlite",
            cSettings: [.treatAllWarnings(as: .error)],
            linkerSettings: [
                .linkedLibrary("flite_cmu_us_kal16"), .linkedLibrary("flite_cmu_us_awb"),
                .linkedLibrary("flite_cmu_us_rms"),
                .linkedLibrary("flite_cmu_us_slt"), .linkedLibrary("flite_usenglish"), .linkedLibrary("flite_cmulex"),
                .linkedLibrary("flite"), .linkedLibrary("m"),
            ]
        ),
        .target(
            name: "CPocketSphinx",
            exclude: ["system/README.md"],
            cSettings: [.headerSearchPath("system"), .treatAllWarnings(as: .error)],
            linkerSettings: [.linkedLibrary("pocketsphinx"), .linkedLibrary("sphinxbase")]
        ),
        .target(name: "CMemoryFile", cSettings: [.treatAllWarnings(as: .error)]),
        .target(
            name: "COnnxRuntime",
            cSettings: [.define("_GNU_SOURCE"), .treatAllWarnings(as: .error)],
            linkerSettings: [.linkedLibrary("dl")]
        ),
        .target(
            name: "CSherpaOnnx",
            // The header is there once setup has fetched the engine; without it the target builds all the same.
            cSettings: [
                .headerSearchPath("../../engines/sherpa-onnx/include"), .define("_GNU_SOURCE"),
                .treatAllWarnings(as: .error),
            ],
            linkerSettings: [.linkedLibrary("dl")]
        ),
        .target(
            name: "CPortAudio",
            cSettings: [.treatAllWarnings(as: .error)],
            linkerSettings: [.linkedLibrary("dl")]
        ),
        .target(name: "CSileroKernels", cSettings: [.treatAllWarnings(as: .error)]),
        .target(name: "CAllocator", cSettings: [.treatAllWarnings(as: .error)]),
        .target(name: "CThreads", cSettings: [.treatAllWarnings(as: .error)]),
        .target(
            name: "CWebRTCAudio",
            exclude: ["system/README.md"],
            cxxSettings: [
                .headerSearchPath("system"),
                .define("WEBRTC_POSIX"),
                .define("WEBRTC_AUDIO_PROCESSING_ONLY_BUILD"),
                .treatAllWarnings(as: .error),
            ],
            linkerSettings: [.linkedLibrary("webrtc_audio_processing")]
        ),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CSoxr", pkgConfig: "soxr", providers: [.apt(["libsoxr-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        .target(
            name: "TestSupport",
            dependencies: ["Transcription", nioCore, nioPosix],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        .testTarget(
            name: "StenoServerTests",
            dependencies: [
                "StenoServer", "Backends", "Characters", "Audio", "AudioFiles", "Chat", "Dialects", "HTTPTransfer",
                "JSON",
                "Limits", "Models",
                "Sessions",
                "Settings", "SpeechDetection", "Transcription", "Release", "TestSupport", "WebSocketTransport",
                coreMetrics, httpTypes, hummingbird, inMemoryLogging, logging, nioCore,
                nioEmbedded, serviceLifecycle, serviceLifecycleTestKit,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CharactersTests",
            dependencies: ["Characters", "Audio", "Chat", "JSON", "TestSupport", grdb],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SpoolTests",
            dependencies: ["Spool", "Audio", "Transcription", "TestSupport", grdb],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SettingsTests",
            dependencies: [
                "Settings", "Backends", "Audio", "Chat", "Models", "Sessions", "SpeechDetection", "SpeechSynthesis",
                "Transcription",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "StenoClientTests",
            dependencies: ["StenoClient", "Audio", "JSON", "TestSupport", nioCore, nioHTTP1, nioPosix, nioWebSocket],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DialectsTests",
            dependencies: [
                "Dialects", "JSON", "Sessions", "SpeechDetection", "Transcription", "Audio", "TestSupport", "Waiting",
                coreMetrics,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SessionsTests",
            dependencies: [
                "Sessions", "Chat", "SpeechSynthesis", "Transcription", "SpeechDetection", "Audio", "Limits",
                "TestSupport", "Waiting", coreMetrics, metricsTestKit,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TranscriptionTests",
            dependencies: [
                "Audio", "BackendHTTP", "Backends", "HTTPTransfer", "TestSupport", "Transcription", "Waiting",
                inMemoryLogging, logging,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ChatTests",
            dependencies: [
                "Chat", "BackendHTTP", "Backends", "HTTPTransfer", "JSON", "TestSupport", inMemoryLogging, logging,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SpeechSynthesisTests",
            dependencies: [
                "SpeechSynthesis", "Audio", "BackendHTTP", "Backends", "CFlite", "HTTPTransfer", "JSON", "TestSupport",
                "Transcription",
                inMemoryLogging,
                logging,
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "ModelsTests", dependencies: ["Models", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "SpeechDetectionTests",
            dependencies: ["SpeechDetection", "Audio", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SpeechPicturesTests",
            dependencies: ["SpeechPictures", "SpeechDetection", "Audio", "JSON", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "AudioFilesTests",
            dependencies: ["AudioFiles", "Audio", "Limits", "TestSupport", inMemoryLogging, logging, subprocess],
            swiftSettings: strict
        ),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "AudioTests", dependencies: ["Audio", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "WebSocketTransportTests",
            dependencies: [
                "Limits", "TestSupport", "WebSocketTransport", hummingbird, hummingbirdCore, logging, nioCore,
                nioEmbedded, nioPosix, serviceLifecycle,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ServerTLSTests",
            dependencies: ["ServerTLS", logging, nioCore, nioEmbedded, nioSSL, nioTLS],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HTTPTransferTests",
            dependencies: ["CCurl", "HTTPTransfer", "Release", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "BackendHTTPTests",
            dependencies: ["BackendHTTP", "Backends", "HTTPTransfer", "JSON", inMemoryLogging, logging],
            swiftSettings: strict
        ),
        .testTarget(name: "BackendsTests", dependencies: ["Backends", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "WaitingTests", dependencies: ["Waiting", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "LimitsTests", dependencies: ["Limits", "TestSupport"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
