// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "benchmarks",
    dependencies: [.package(name: "steno", path: "..")],
    targets: [
        .executableTarget(
            name: "decode",
            dependencies: [
                .product(name: "StenoAudio", package: "steno"),
                .product(name: "StenoDialects", package: "steno"),
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
