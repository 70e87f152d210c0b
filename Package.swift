// swift-tools-version: 6.3
import PackageDescription

// Set up by Scripts/setup.sh: links to libtorch 2.11.0 and plotly.js, and to ITK's headers and libraries without
// the version that their names carry.
let libtorch = "\(Context.packageDirectory)/.deps/libtorch"
let itk = "\(Context.packageDirectory)/.deps/itk"
let plotly = "\(Context.packageDirectory)/.deps/plotly"

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

// For code whose tests compare whole volumes or run thousands of searches: optimised in debug builds too.
let optimizedSettings =
    swiftSettings + [
        .unsafeFlags(["-O"], .when(configuration: .debug))
    ]

let package = Package(
    name: "segnas3d",
    platforms: [.macOS(.v15)],  // UInt128
    products: [
        .executable(name: "segnas3d", targets: ["segnas3d"]),
        // What the program loads from beside itself when it needs tensors.
        .library(
            name: "segnas3d-torch", type: .dynamic, targets: ["CTorchFunctions", "CTorchLibrary"]),
        .library(name: "Datasets", targets: ["Datasets"]),
        // Users of this one have the functions linked in.
        .library(name: "Experiments", targets: ["Experiments", "CTorchFunctions"]),
        .library(name: "Host", targets: ["Host"]),
        .library(name: "Imaging", targets: ["Imaging"]),
        .library(name: "Randomness", targets: ["Randomness"]),
        .library(name: "Search", targets: ["Search"]),
        // Users of these two have the functions linked in.
        .library(name: "Segmentation", targets: ["Segmentation", "CTorchFunctions"]),
        .library(name: "Study", targets: ["Study"]),
        .library(name: "Torch", targets: ["Torch", "CTorchFunctions"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        // libtorch behind a C interface: tensors, 3D operations, optimizers, devices and memory. The program loads
        // these functions, and libtorch with them, when the first of them is called.
        .target(
            name: "CTorch", path: "Sources/CTorch", sources: ["Loading"],
            cSettings: [.unsafeFlags(["-isystem", "\(libtorch)/include"])],
            linkerSettings: [.linkedLibrary("dl")]),
        // The functions themselves.
        .target(
            name: "CTorchFunctions", path: "Sources/CTorch", exclude: ["Loading"],
            publicHeadersPath: "Linking",
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
        // Keeps Swift's start-up code, and so a second runtime, out of the library of the functions; not for those who link
        // the functions into programs, which need that code.
        .target(
            name: "CTorchLibrary", linkerSettings: [.unsafeFlags(["-nostartfiles"])]),
        // GDCM, through ITK, behind a C interface: it decompresses DICOM.
        .target(
            name: "CITK",
            cxxSettings: [.unsafeFlags(["-isystem", "\(itk)/include", "-O2", "-Wall"])],
            linkerSettings: [
                .unsafeFlags(["-L\(itk)/lib"]),
                .linkedLibrary("ITKIOGDCM"),
                .linkedLibrary("ITKIOImageBase"),
                .linkedLibrary("ITKCommon"),
            ]),
        // The machine's files, memory and cores.
        .target(name: "Host", dependencies: ["CXXHash"], swiftSettings: swiftSettings),
        // Random numbers that depend on a seed alone.
        .target(name: "Randomness", swiftSettings: swiftSettings),
        .systemLibrary(
            name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(
            name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
        // Images: their files, geometry, resampling and comparison. Knows nothing of tensors.
        .target(
            name: "Imaging", dependencies: ["Host", "CDeflate", "CITK"],
            swiftSettings: optimizedSettings),
        // Folders of images and labels: their layouts, faults, splits and preparation.
        .target(
            name: "Datasets", dependencies: ["Imaging", "Host", "Randomness"],
            swiftSettings: optimizedSettings),
        // Tensors, layers, optimizers and their files in Swift. Knows nothing of medicine.
        .target(
            name: "Torch",
            dependencies: [
                "CTorch", "Host",
                .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            swiftSettings: swiftSettings),
        // Block graphs, architectures, the plans of their networks, and the spaces they are searched in. Knows nothing of
        // libtorch and training.
        .target(
            name: "Search",
            dependencies: ["Host", "Randomness", .product(name: "Yams", package: "Yams")],
            swiftSettings: optimizedSettings),
        // Networks built from architectures, and what they cost. Knows nothing of where trials run.
        .target(
            name: "Segmentation",
            dependencies: ["Torch", "Search", "Datasets", "Imaging", "Host", "Randomness"],
            swiftSettings: swiftSettings),
        // Studies on disk: their trials, the states of these, and the protocol of worker processes. Knows nothing of libtorch.
        .target(
            name: "Study",
            dependencies: ["Search", "Host", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: optimizedSettings),
        // The scripts and the style of reports, plotly.js among them, as bytes of the program.
        .target(
            name: "CPage", exclude: ["Page"], cSettings: [.unsafeFlags(["--embed-dir=\(plotly)"])]),
        // The paper's figures and tables in a page. Knows nothing of libtorch.
        .target(
            name: "Report",
            dependencies: [
                "CPage", "CWebP", "Study", "Search", "Datasets", "Imaging", "Host", "Randomness",
            ],
            swiftSettings: optimizedSettings),
        // Searches, comparisons and trainings, from their options to their results, and what they leave on disk.
        .target(
            name: "Experiments",
            dependencies: [
                "Report", "Study", "Segmentation", "Search", "Datasets", "Imaging", "Torch", "Host",
                "Randomness",
            ],
            swiftSettings: swiftSettings),
        // Linked instead of 34 MB that no part of the program uses.
        .target(name: "CICUData"),
        // What the program notes before any library is at work.
        .target(name: "CStartUp"),
        // The program: parse, call, print.
        .executableTarget(
            name: "segnas3d",
            dependencies: [
                "Experiments", "Torch", "Search", "Datasets", "Imaging", "Segmentation", "Study",
                "Report", "Host", "Randomness", "CICUData", "CStartUp",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),
        // Temporary folders, fixtures and the real data that tests share.
        .target(
            name: "TestSupport", dependencies: ["Imaging"], path: "Tests/TestSupport",
            swiftSettings: swiftSettings),
        // Small models for the tests of prediction.
        .target(
            name: "ModelSupport",
            dependencies: ["Segmentation", "Datasets", "Search", "Torch", "Randomness"],
            path: "Tests/ModelSupport", swiftSettings: swiftSettings),
        // What several trials in flight cost a search, on functions whose minimum is known.
        .executableTarget(
            name: "MeasureSearch", dependencies: ["Search", "Host", "Randomness"],
            path: "Tests/MeasureSearch", swiftSettings: optimizedSettings),
        // Reads spoilt image files, as long as one likes.
        .executableTarget(
            name: "FuzzImages",
            dependencies: [
                "Imaging", "Host", "Randomness",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/FuzzImages", exclude: ["Headers"], swiftSettings: swiftSettings),
        .testTarget(
            name: "HostTests", dependencies: ["Host", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(
            name: "ImagingTests",
            dependencies: ["Imaging", "CITK", "FuzzImages", "Host", "Randomness", "TestSupport"],
            resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
        .testTarget(
            name: "DatasetsTests",
            dependencies: ["Datasets", "Imaging", "Host", "Randomness", "TestSupport"],
            resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
        .testTarget(
            name: "TorchTests", dependencies: ["Torch", "Host", "Randomness", "TestSupport"],
            resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
        .testTarget(
            name: "SegmentationTests",
            dependencies: [
                "Segmentation", "Datasets", "Imaging", "Host", "Randomness", "TestSupport",
                "ModelSupport",
            ],
            resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
        .testTarget(
            name: "SearchTests",
            dependencies: ["Search", "MeasureSearch", "Host", "Randomness", "TestSupport"],
            resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
        .testTarget(
            name: "StudyTests",
            dependencies: [
                "Study", "Search", "Host", "Randomness", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "ReportTests",
            dependencies: [
                "Report", "CWebP", "Study", "Search", "Datasets", "Imaging", "Host", "Randomness",
                "TestSupport",
            ],
            exclude: ["Snapshots"], resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
        // A search by a program of its own.
        .executableTarget(
            name: "SearchProgram",
            dependencies: ["Experiments", "Datasets", "Segmentation", "Study", "CTorchFunctions"],
            path: "Tests/SearchProgram", swiftSettings: swiftSettings),
        .testTarget(
            name: "ExperimentsTests",
            dependencies: [
                "Experiments", "SearchProgram", "Report", "Segmentation", "Study", "Search",
                "Datasets",
                "Torch", "Host", "TestSupport",
            ],
            resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
        .testTarget(
            name: "segnas3dTests",
            dependencies: [
                "segnas3d", "Experiments", "Imaging", "Datasets", "Segmentation", "Torch", "Study",
                "Search",
                "Host", "Randomness",
                "TestSupport",
                "ModelSupport",
            ],
            resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
    ],
    cxxLanguageStandard: .cxx20
)
