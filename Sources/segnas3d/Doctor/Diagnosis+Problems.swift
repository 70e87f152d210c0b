internal import SegNASHost
internal import SegNASTorch

extension Diagnosis {
    /// Memory below which no network worth training fits.
    private static let scarce = ByteCount(2 << 30)

    /// This diagnosis with its problems, from its facts and two self-tests.
    ///
    /// - Parameters:
    ///   - cuda: CUDA devices that libtorch can use, or why it can use none
    ///   - obstacle: why no GPU is used although there is a driver
    ///   - kernels: why the program's own kernels are not used on a GPU
    ///   - convolution: the outcome of a small convolution
    /// - Returns: the completed diagnosis
    func withProblems(
        cuda: Result<Int, TorchError>, obstacle: GraphicsObstacle?,
        kernels: String? = nil, convolution: Result<Void, TorchError>
    ) -> Diagnosis {
        var diagnosis = self
        diagnosis.problems =
            [
                otherLibrary(), computing(convolution), graphics(cuda, obstacle),
                kernels.map(Self.unusedKernels), vectors(),
                unknownLimit(), closedOneDNN(), tooManyThreads(), scarceMemory(),
            ].compactMap(\.self) + threads.unreadable.map(Self.unreadable)
        return diagnosis
    }

    private func otherLibrary() -> Problem? {
        guard libtorch != Libtorch.builtVersion else { return nil }
        return Problem(
            problem: "libtorch \(libtorch) is in use, and \(Libtorch.builtVersion) is needed",
            remedy: "check LIBTORCH and LD_LIBRARY_PATH, and run Scripts/setup.sh", isFatal: true)
    }

    private func computing(_ convolution: Result<Void, TorchError>) -> Problem? {
        guard case .failure(let error) = convolution else { return nil }
        return Problem(
            problem: "a small convolution fails on the CPU: \(error)",
            remedy:
                "reinstall libtorch (delete its folder, then run Scripts/setup.sh), and free memory",
            isFatal: true)
    }

    private func graphics(
        _ cuda: Result<Int, TorchError>, _ obstacle: GraphicsObstacle?
    ) -> Problem? {
        if let obstacle {
            return Problem(
                problem: obstacle.problem, remedy: obstacle.remedy, isFatal: false)
        }
        guard gpus.contains(where: { !$0.isUsable }) else { return nil }
        let usable = (try? cuda.get()) ?? 0
        return Problem(
            problem: "the driver shows \(gpus.count) GPU(s), of which libtorch can use \(usable)",
            remedy: "look at nvidia-smi, and check that CUDA_VISIBLE_DEVICES names all of them",
            isFatal: false)
    }

    private static func unusedKernels(_ reason: String) -> Problem {
        Problem(
            problem:
                "kernels of the program's own are not used on the GPU, but libtorch's operations, which are slower and "
                + "take more memory: \(reason)",
            remedy: "install PyTorch with all that pip installs for it (nvidia-cuda-nvrtc), and "
                + "unset SEGNAS3D_GPU_KERNELS", isFatal: false)
    }

    private func tooManyThreads() -> Problem? {
        guard threads.count > processor.cores else { return nil }
        return Problem(
            problem:
                "\(threads.count) threads, \(threads.reason), share \(counted(processor.cores, "core")), "
                + "which is slower than one thread for each",
            remedy: "give --threads \(processor.cores), or set the variable to it", isFatal: false)
    }

    private static func unreadable(_ variable: String) -> Problem {
        Problem(
            problem: "\(variable) is not a number of threads, and is ignored",
            remedy: "unset it, or give a number from 1", isFatal: false)
    }

    private func vectors() -> Problem? {
        guard processor.vector == "DEFAULT" else { return nil }
        return Problem(
            problem: "this processor has no AVX2: computing on it is slow",
            remedy: "use a machine from 2014 or later, or a GPU", isFatal: false)
    }

    private func unknownLimit() -> Problem? {
        guard let limit = CPU.unknownInstructionLimit else { return nil }
        return Problem(
            problem: "SEGNAS3D_CPU_ISA is '\(limit)', which is not an instruction set",
            remedy: "set it to default, avx2 or avx512, or unset it", isFatal: true)
    }

    private func closedOneDNN() -> Problem? {
        guard processor.oneDNN == nil else { return nil }
        return Problem(
            problem:
                "this libtorch has no symbol table, so oneDNN cannot be asked what it needs: "
                + "the memory of convolutions is estimated",
            remedy: "use PyTorch \(libtorch) as pip installs it, not stripped", isFatal: false)
    }

    private func scarceMemory() -> Problem? {
        let available = ByteCount(memory.available)
        guard available < Self.scarce else { return nil }
        return Problem(
            problem: "only \(available) of memory is available",
            remedy: "end other programs, or request more from your batch system", isFatal: false)
    }
}

/// A convolution with a known result, which shows that libtorch can compute here at all.
enum SelfTest {
    static func run() -> Result<Void, TorchError> {
        Result { () throws(TorchError) in
            for dtype in [DType.float32, .bfloat16] {
                let x = try Tensor.ones([1, 1, 3, 3, 3], dtype: dtype)
                let sum = try x.conv3D(weight: x).item()
                guard sum == 27 else { throw .operation("\(dtype): 27 ones add up to \(sum)") }
            }
        }
    }
}
