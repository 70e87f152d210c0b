// swift-tools-version: 6.3
import PackageDescription

// Set up by Scripts/setup.sh: links to libtorch 2.11.0 and plotly.js.
let libtorch = "\(Context.packageDirectory)/.deps/libtorch"
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
    products: [
        .executable(name: "segnas3d", targets: ["segnas3d"]),
        // What the program loads from beside itself when it needs tensors.
        .library(
            name: "segnas3d-torch", type: .dynamic, targets: ["CTorchFunctions", "CTorchLibrary"]),
        .library(name: "SegNASDatasets", targets: ["SegNASDatasets"]),
        .library(name: "SegNASImaging", targets: ["SegNASImaging"]),
        .library(name: "SegNASRandomness", targets: ["SegNASRandomness"]),
        .library(name: "SegNASSearch", targets: ["SegNASSearch"]),
        .library(name: "SegNASStudy", targets: ["SegNASStudy"]),
        // Users of these three have the functions linked in.
        .library(name: "SegNASExperiments", targets: ["SegNASExperiments", "CTorchFunctions"]),
        .library(name: "SegNASSegmentation", targets: ["SegNASSegmentation", "CTorchFunctions"]),
        .library(name: "SegNASTorch", targets: ["SegNASTorch", "CTorchFunctions"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // What Hummingbird is made of, named where its types are used.
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        // libtorch behind a C interface: tensors, 3D operations, optimizers, devices and memory. The program loads
        // these functions, and libtorch with them, when the first of them is called.
        .target(
            name: "CTorch", path: "Sources/CTorch", exclude: ["Kernels"], sources: ["Loading"],
            cSettings: [.unsafeFlags(["-isystem", "\(libtorch)/include"])],
            linkerSettings: [.linkedLibrary("dl")]),
        // The functions themselves.
        .target(
            name: "CTorchFunctions", path: "Sources/CTorch", exclude: ["Loading", "Kernels"],
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
        // Keeps Swift's start-up code, and so a second runtime, out of the library of the functions; not for those who
        // link the functions into programs, which need that code.
        .target(
            name: "CTorchLibrary", linkerSettings: [.unsafeFlags(["-nostartfiles"])]),
        // GDCM behind a C interface: it decompresses DICOM.
        .target(
            name: "CGDCM",
            cxxSettings: [.unsafeFlags(["-isystem", "/usr/include/gdcm-3.0", "-O2", "-Wall"])],
            linkerSettings: [.linkedLibrary("gdcmMSFF"), .linkedLibrary("gdcmDSED")]),
        // The machine's files, memory and cores.
        .target(
            name: "SegNASHost", dependencies: ["CDeflate", "CXXHash"], path: "Sources/Host",
            swiftSettings: swiftSettings),
        // Random numbers that depend on a seed alone.
        .target(name: "SegNASRandomness", path: "Sources/Randomness", swiftSettings: swiftSettings),
        .systemLibrary(
            name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(
            name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
        // Images: their files, geometry, resampling and comparison. Knows nothing of tensors.
        .target(
            name: "SegNASImaging", dependencies: ["SegNASHost", "CDeflate", "CGDCM"],
            path: "Sources/Imaging",
            swiftSettings: optimizedSettings),
        // Folders of images and labels: their layouts, faults, splits and preparation.
        .target(
            name: "SegNASDatasets",
            dependencies: ["SegNASImaging", "SegNASHost", "SegNASRandomness"],
            path: "Sources/Datasets",
            swiftSettings: optimizedSettings),
        // Tensors, layers, optimizers and their files in Swift. Knows nothing of medicine.
        .target(
            name: "SegNASTorch",
            dependencies: [
                "CTorch", "SegNASHost",
                .product(name: "OrderedCollections", package: "swift-collections"),
            ], path: "Sources/Torch",
            swiftSettings: swiftSettings),
        // Block graphs, architectures, the plans of their networks, and the spaces they are searched in. Knows nothing
        // of libtorch and training.
        .target(
            name: "SegNASSearch",
            dependencies: [
                "SegNASHost", "SegNASRandomness", .product(name: "Yams", package: "Yams"),
            ], path: "Sources/Search",
            swiftSettings: optimizedSettings),
        // Networks as lists of operations, and their files in the formats of other programs. Knows nothing of libtorch.
        .target(
            name: "SegNASExport", dependencies: ["SegNASSearch", "SegNASHost"],
            path: "Sources/Export",
            swiftSettings: optimizedSettings),
        // Networks built from architectures, and what they cost. Knows nothing of where trials run.
        .target(
            name: "SegNASSegmentation",
            dependencies: [
                "SegNASTorch", "SegNASSearch", "SegNASDatasets", "SegNASImaging", "SegNASHost",
                "SegNASRandomness",
            ], path: "Sources/Segmentation",
            swiftSettings: swiftSettings),
        // Studies on disk: their trials, the states of these, and the protocol of worker processes. Knows nothing of
        // libtorch.
        .target(
            name: "SegNASStudy",
            dependencies: [
                "SegNASSearch", "SegNASHost", "SegNASRandomness",
                .product(name: "GRDB", package: "GRDB.swift"),
            ], path: "Sources/Study",
            swiftSettings: optimizedSettings),
        // The scripts and the style of reports, plotly.js among them, as bytes of the program.
        .target(
            name: "CPage", exclude: ["Page"], cSettings: [.unsafeFlags(["--embed-dir=\(plotly)"])]),
        // The paper's figures and tables in a page. Knows nothing of libtorch.
        .target(
            name: "SegNASReport",
            dependencies: [
                "CPage", "CWebP", "SegNASStudy", "SegNASSearch", "SegNASDatasets", "SegNASImaging",
                "SegNASHost", "SegNASRandomness",
            ], path: "Sources/Report",
            swiftSettings: optimizedSettings),
        // Searches, comparisons and trainings, from their options to their results, and what they leave on disk.
        .target(
            name: "SegNASExperiments",
            dependencies: [
                "SegNASReport", "SegNASStudy", "SegNASSegmentation", "SegNASSearch", "SegNASExport",
                "SegNASDatasets", "SegNASImaging", "SegNASTorch", "SegNASHost",
                "SegNASRandomness",
            ], path: "Sources/Experiments",
            swiftSettings: swiftSettings),
        // The page of a study, a run or a comparison, served to this machine while it runs.
        .target(
            name: "SegNASWatching",
            dependencies: [
                "SegNASExperiments", "SegNASReport", "SegNASStudy", "SegNASHost",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ], path: "Sources/Watching",
            swiftSettings: swiftSettings),
        // Linked instead of 34 MB that no part of the program uses.
        .target(name: "CICUData"),
        // Linked instead of functions that older systems do not have.
        .target(name: "COlderGlibc"),
        // What the program notes before any library is at work.
        .target(name: "CStartUp"),
        // The program: parse, call, print.
        .executableTarget(
            name: "segnas3d",
            dependencies: [
                "SegNASExperiments", "SegNASTorch", "SegNASSearch", "SegNASDatasets",
                "SegNASImaging", "SegNASSegmentation", "SegNASStudy",
                "SegNASReport", "SegNASWatching", "SegNASHost", "SegNASRandomness", "CICUData",
                "COlderGlibc", "CStartUp",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),
        // Temporary folders, fixtures and the real data that tests share.
        .target(
            name: "TestSupport", dependencies: ["SegNASImaging"], path: "Tests/TestSupport",
            swiftSettings: swiftSettings),
        // Small models for the tests of prediction.
        .target(
            name: "ModelSupport",
            dependencies: [
                "SegNASSegmentation", "SegNASDatasets", "SegNASSearch", "SegNASTorch",
                "SegNASRandomness",
            ],
            path: "Tests/ModelSupport", swiftSettings: swiftSettings),
        // What several trials in flight cost a search, on functions whose minimum is known.
        .executableTarget(
            name: "MeasureSearch",
            dependencies: ["SegNASSearch", "SegNASHost", "SegNASRandomness"],
            path: "Tests/MeasureSearch", swiftSettings: optimizedSettings),
        // Reads spoilt image files, as long as one likes.
        .executableTarget(
            name: "FuzzImages",
            dependencies: [
                "SegNASImaging", "SegNASHost", "SegNASRandomness",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/FuzzImages", exclude: ["Headers"], swiftSettings: swiftSettings),
        .testTarget(
            name: "HostTests", dependencies: ["SegNASHost", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "ImagingTests",
            dependencies: [
                "SegNASImaging", "FuzzImages", "SegNASHost", "SegNASRandomness", "TestSupport",
            ],
            resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
        .testTarget(
            name: "DatasetsTests",
            dependencies: [
                "SegNASDatasets", "SegNASImaging", "SegNASHost", "SegNASRandomness", "TestSupport",
            ],
            resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
        .testTarget(
            name: "TorchTests",
            dependencies: ["SegNASTorch", "SegNASHost", "SegNASRandomness", "TestSupport"],
            resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
        .testTarget(
            name: "SegmentationTests",
            dependencies: [
                "SegNASSegmentation", "SegNASDatasets", "SegNASImaging", "SegNASHost",
                "SegNASRandomness", "TestSupport",
                "ModelSupport",
            ],
            resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
        .testTarget(
            name: "SearchTests",
            dependencies: [
                "SegNASSearch", "MeasureSearch", "SegNASHost", "SegNASRandomness", "TestSupport",
            ],
            resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
        .testTarget(
            name: "StudyTests",
            dependencies: [
                "SegNASStudy", "SegNASSearch", "SegNASHost", "SegNASRandomness", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "ReportTests",
            dependencies: [
                "SegNASReport", "CWebP", "SegNASStudy", "SegNASSearch", "SegNASDatasets",
                "SegNASImaging", "SegNASHost", "SegNASRandomness",
                "TestSupport",
            ],
            exclude: ["Snapshots"], resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
        // A separate program that searches.
        .executableTarget(
            name: "SearchProgram",
            dependencies: [
                "SegNASExperiments", "SegNASDatasets", "SegNASSegmentation", "SegNASStudy",
                "CTorchFunctions",
            ],
            path: "Tests/SearchProgram", swiftSettings: swiftSettings),
        .testTarget(
            name: "ExperimentsTests",
            dependencies: [
                "SegNASExperiments", "SearchProgram", "SegNASReport", "SegNASSegmentation",
                "SegNASStudy", "SegNASSearch",
                "SegNASDatasets", "SegNASImaging",
                "SegNASTorch", "SegNASHost", "TestSupport",
            ],
            resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
        .testTarget(
            name: "segnas3dTests",
            dependencies: [
                "segnas3d", "SegNASExperiments", "SegNASImaging", "SegNASDatasets",
                "SegNASSegmentation", "SegNASTorch", "SegNASStudy",
                "SegNASSearch",
                "SegNASHost", "SegNASRandomness",
                "TestSupport",
                "ModelSupport",
            ],
            resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
    ],
    cxxLanguageStandard: .cxx20
)
