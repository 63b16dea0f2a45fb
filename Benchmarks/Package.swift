// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(name: "steno", path: ".."),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    ],
    targets: [
        .executableTarget(
            name: "decode",
            dependencies: [
                .product(name: "StenoAudio", package: "steno"),
                .product(name: "StenoDialects", package: "steno"),
                .product(name: "StenoJSON", package: "steno"),
            ]
        ),
        .executableTarget(
            name: "engine",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "StenoAudio", package: "steno"),
                .product(name: "StenoTranscription", package: "steno"),
            ]
        ),
        .executableTarget(
            name: "detector",
            dependencies: [
                .product(name: "StenoAudio", package: "steno"),
                .product(name: "StenoSpeechDetection", package: "steno"),
            ]
        ),
        .executableTarget(
            name: "turn",
            dependencies: [
                .product(name: "StenoAudio", package: "steno"),
                .product(name: "StenoSpeechDetection", package: "steno"),
            ]
        ),
        .executableTarget(name: "floor", dependencies: ["CHandshake"]),
        .executableTarget(
            name: "bare",
            dependencies: [
                "CHandshake",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .target(name: "CHandshake", linkerSettings: [.linkedLibrary("crypto")]),
    ],
    swiftLanguageModes: [.v6]
)
