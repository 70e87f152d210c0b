import Foundation
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
        try withTemporaryFolder { folder in
            let source = folder.appending(path: "CUDA.cpp")
            try Data(Self.source.utf8).write(to: source)
            let torch = try ReplacedCUDA(in: folder, source: source).torch
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
