import Foundation
import TestSupport
import Testing

@testable import SegNASHost

@Suite("Traces of a graphics driver")
struct GraphicsDriverTests {
    static let kernelModule =
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\n"
        + "GCC version:  gcc version 12.3.0 (Ubuntu 12.3.0-1ubuntu1~22.04)\n"
    static let openModule =
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (dvs-builder@U22)\n"

    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var files: [String: String]
        var driver: GraphicsDriver?
    }

    static let cases = [
        Case(testDescription: "none", files: ["dev/null": "", "dev/nvme0": ""], driver: nil),
        Case(
            testDescription: "a GPU",
            files: [
                "proc/driver/nvidia/version": kernelModule, "dev/nvidia0": "", "dev/nvidiactl": "",
            ],
            driver: GraphicsDriver(version: "550.54.15")),
        Case(
            testDescription: "the open module, and one GPU of several",
            files: ["proc/driver/nvidia/version": openModule, "dev/nvidia3": ""],
            driver: GraphicsDriver(version: "580.65.06")),
        Case(
            testDescription: "a container that is given no GPU",
            files: ["proc/driver/nvidia/version": kernelModule, "dev/nvidiactl": ""],
            driver: GraphicsDriver(version: "550.54.15", hasDevice: false)),
        Case(
            testDescription: "Windows' Linux", files: ["dev/dxg": ""], driver: GraphicsDriver()),
        Case(
            testDescription: "installed, and not loaded", files: ["usr/bin/nvidia-smi": ""],
            driver: GraphicsDriver(isLoaded: false, hasDevice: false)),
        Case(
            testDescription: "a version that says nothing",
            files: ["proc/driver/nvidia/version": "", "dev/nvidia0": ""], driver: GraphicsDriver()),
    ]

    @Test("as its files show", arguments: cases)
    func driver(_ it: Case) throws {
        try withTemporaryFolder { folder in
            for (path, text) in it.files {
                let file = folder.appending(path: path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try text.write(to: file, atomically: false, encoding: .utf8)
            }
            #expect(GraphicsDriver.current(root: folder.path + "/") == it.driver)
        }
    }
}
