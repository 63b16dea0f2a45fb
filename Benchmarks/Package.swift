// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(name: "steno", path: ".."),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
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
    ],
    swiftLanguageModes: [.v6]
)
