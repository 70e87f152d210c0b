import Foundation
import Testing

@testable import SegNASTorch

@TensorActor
@Suite("Devices")
struct DeviceTests {
    @Test("the CPU is a device")
    func cpu() throws {
        #expect(try Device.parse("cpu") == [.cpu])
        #expect(try Tensor.ones([2]).moved(to: .cpu).device == .cpu)
        try Device.cpu.synchronize()
    }

    @Test(
        "what is no device is refused",
        arguments: ["", "gpu", "cuda", "cuda:", "cuda:x", "cuda:-1", "cuda:0,0", "cuda:0,"])
    func notADevice(_ text: String) {
        #expect(throws: DeviceError.notADevice(text)) { try Device.parse(text) }
    }

    @Test("without CUDA the answer says why; with it, only devices that are there are given")
    func cuda() throws {
        do {
            let devices = try Device.cudaDevices()
            #expect(throws: DeviceError.absent(.cuda(999), count: devices.count)) {
                try Device.parse("cuda:999")
            }
            #expect(try Device.parse("auto") == (devices.isEmpty ? [.cpu] : devices))
        } catch TorchError.operation(let reason) {
            #expect(reason.contains("libtorch_cuda.so"))
            #expect(throws: DeviceError.noCUDA(reason: reason)) { try Device.parse("cuda:0") }
            #expect(try Device.parse("auto") == [.cpu])
        }
    }

    @Test("automatic precision is bfloat16 only where the processor multiplies it")
    func precision() {
        let isFast = !CPU.bfloat16Instructions.isEmpty
        #expect(Precision.auto.dtype(on: .cpu) == (isFast ? .bfloat16 : .float32))
        #expect(Precision.float32.dtype(on: .cpu) == .float32)
        #expect(Precision.bfloat16.dtype(on: .cpu) == .bfloat16)
    }

    @Test("versions")
    func versions() throws {
        #expect(Libtorch.version == "2.11.0")
        #expect(Libtorch.oneDNNVersion.split(separator: ".").count >= 2)
        #expect(Libtorch.path.hasSuffix("libtorch_cpu.so"))
        #expect(["AVX512", "AVX2", "DEFAULT"].contains(CPU.vectorExtension))
        let words = ["avx512", "avx2", "default"]
        #expect(words.contains(CPU.kernelInstructions))
        #expect(words.contains(try #require(CPU.oneDNNInstructions)))
    }

    @Test("one seed gives one sequence")
    func seeds() throws {
        func draw() throws -> [Double] {
            try Tensor.dropoutFactors(images: 8, channels: 8, probability: 0.5, device: .cpu).values
        }
        try Device.seed(9)
        let first = try draw()
        try Device.seed(9)
        #expect(try draw() == first)
    }
}

@Suite("The tensor thread")
struct TensorActorTests {
    @Test("all work runs on one thread, from whatever task it comes")
    func oneThread() async {
        let threads = await withTaskGroup { group in
            for _ in 0..<50 {
                group.addTask { await TensorActor.run { UInt(pthread_self()) } }
            }
            return await group.reduce(into: Set<UInt>()) { $0.insert($1) }
        }
        #expect(threads.count == 1)
    }

    @Test("errors come back as they are")
    func errors() async {
        await #expect(throws: TorchError.self) {
            try await TensorActor.run { try Tensor.ones([2]).reshaped(to: [3]).shape }
        }
    }
}
