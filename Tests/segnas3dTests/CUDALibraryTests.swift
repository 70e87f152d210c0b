import Foundation
import SegNASTorch
import TestSupport
import Testing

@Suite("CUDA library")
struct CUDALibraryTests {
    /// A libtorch_cuda.so of one device that can do nothing, in the place of the one that comes with CUDA.
    private static let source = """
        #include <ATen/detail/CUDAHooksInterface.h>

        struct CUDAHooks : at::CUDAHooksInterface {
            explicit CUDAHooks(at::CUDAHooksArgs) {}
            c10::DeviceIndex deviceCount() const override { return 1; }
        };
        namespace at {
        REGISTER_CUDA_HOOKS(CUDAHooks)
        }
        """

    @Test("CUDA is loaded before libtorch is asked anything that concerns it")
    func order() throws {
        let library = URL(filePath: Libtorch.path).resolvingSymlinksInPath()
            .deletingLastPathComponent()
        let packages = library.deletingLastPathComponent().deletingLastPathComponent()
        try withTemporaryFolder { folder in
            let torch = folder.appending(path: "torch")
            let lib = torch.appending(path: "lib")
            let files = FileManager.default
            try files.createDirectory(at: lib, withIntermediateDirectories: true)
            // Libraries of libtorch are found beside it.
            try files.createSymbolicLink(
                at: folder.appending(path: "nvidia"),
                withDestinationURL: packages.appending(path: "nvidia"))
            for name in try files.contentsOfDirectory(atPath: library.path)
            where name != "libtorch_cuda.so" {
                try files.createSymbolicLink(
                    at: lib.appending(path: name), withDestinationURL: library.appending(path: name)
                )
            }
            let source = folder.appending(path: "CUDA.cpp")
            try Data(Self.source.utf8).write(to: source)
            let built = try Program.run(
                [
                    "clang++", "-std=c++20", "-shared", "-fPIC", "-w", source.path, "-o",
                    lib.appending(path: "libtorch_cuda.so").path, "-isystem",
                    library.deletingLastPathComponent().appending(path: "include").path,
                ], of: URL(filePath: "/usr/bin/env"))
            try #require(built.status == 0, "\(built.errors)")
            // The only answer that shows that the library above was found.
            let program = try Program.run(
                [
                    "predict", "m", "i", "--output", folder.appending(path: "o").path, "--device",
                    "cuda:1",
                ],
                environment: ["LIBTORCH": torch.path])
            #expect(program.errors.contains("this machine has 1 CUDA device"), "\(program.errors)")
            #expect(program.status == 2)
        }
    }
}
