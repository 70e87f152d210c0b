// swift-tools-version: 6.3
import PackageDescription

// Set up by Scripts/setup.sh: a link to libtorch 2.11.0.
let libtorch = "\(Context.packageDirectory)/.deps/libtorch"

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "segnas3d",
    platforms: [.macOS(.v15)],  // UInt128
    products: [
        .executable(name: "segnas3d", targets: ["segnas3d"]),
        .library(name: "Search", targets: ["Search"]),
        .library(name: "Segmentation", targets: ["Segmentation"]),
        .library(name: "Torch", targets: ["Torch"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        // libtorch behind a C interface: tensors, 3D operations, optimizers, devices and memory.
        .target(
            name: "CTorch",
            cxxSettings: [
                .define("AT_PER_OPERATOR_HEADERS"),
                // Optimised in debug builds too: tests train networks.
                .unsafeFlags(["-isystem", "\(libtorch)/include", "-O3", "-Wall"]),
                // libtorch's assertions name their files: without the folders of this machine.
                .unsafeFlags(["-fmacro-prefix-map=\(Context.packageDirectory)/="]),
            ],
            linkerSettings: [
                .unsafeFlags([
                    "-L\(libtorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib",
                ]),
                .linkedLibrary("torch_cpu"),
                .linkedLibrary("c10"),
            ]),
        // Tensors, layers, optimizers and their files in Swift. Knows nothing of medicine.
        .target(
            name: "Torch",
            dependencies: [
                "CTorch", .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            swiftSettings: swiftSettings),
        // Block graphs, architectures and the spaces they are searched in. Knows nothing of training.
        .target(
            name: "Search", dependencies: [.product(name: "Yams", package: "Yams")],
            swiftSettings: swiftSettings),
        // Networks built from architectures, and what they cost. Knows nothing of where trials run.
        .target(
            name: "Segmentation", dependencies: ["Torch", "Search"], swiftSettings: swiftSettings),
        // The paper's figures as SVG, from plain values.
        .target(name: "Report", swiftSettings: swiftSettings),
        // The program: parse, call, print.
        .executableTarget(
            name: "segnas3d",
            dependencies: [
                "Torch", "Search", "Segmentation", "Report",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "TorchTests",
            dependencies: ["Torch"],
            resources: [.copy("Fixtures")],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "SegmentationTests", dependencies: ["Segmentation"],
            resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
        .testTarget(name: "SearchTests", dependencies: ["Search"], swiftSettings: swiftSettings),
        .testTarget(
            name: "ReportTests", dependencies: ["Report"], exclude: ["Snapshots"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "segnas3dTests", dependencies: ["segnas3d"], swiftSettings: swiftSettings),
    ],
    cxxLanguageStandard: .cxx20
)
