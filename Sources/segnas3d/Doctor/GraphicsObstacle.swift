internal import FoundationEssentials
internal import SegNASHost
internal import SegNASTorch

/// The reason why no GPU is used on a machine that has a GPU's driver, and its remedy.
struct GraphicsObstacle: Equatable {
    var problem: String
    var remedy: String

    /// Nil if there is no driver, or a GPU can be used.
    ///
    /// - Parameters:
    ///   - driver: what the system's files show
    ///   - visible: the value of `CUDA_VISIBLE_DEVICES`
    ///   - cuda: CUDA devices that libtorch can use, or why it can use none
    ///   - reason: why libtorch finds none, as a clause; nil if that is not known
    init?(
        _ driver: GraphicsDriver?, visible: String?, cuda: Result<Int, TorchError>,
        reason: String? = nil
    ) {
        guard let driver, (try? cuda.get()) ?? 0 == 0 else { return nil }
        self =
            Self.hidden(visible) ?? Self.absent(driver) ?? Self.unusable(driver, cuda, reason)
    }

    private init(_ problem: String, remedy: String) {
        (self.problem, self.remedy) = (problem, remedy)
    }

    private static func hidden(_ visible: String?) -> GraphicsObstacle? {
        guard let visible, CUDADriver.hidesAll(visible) else { return nil }
        return GraphicsObstacle(
            "CUDA_VISIBLE_DEVICES='\(visible)' hides every GPU",
            remedy: "unset it, or list GPUs in it, such as 0 or 0,1")
    }

    private static func absent(_ driver: GraphicsDriver) -> GraphicsObstacle? {
        guard driver.isLoaded else {
            return GraphicsObstacle(
                "an NVIDIA driver is installed but not loaded",
                remedy: "look at nvidia-smi; after a system update, reboot")
        }
        guard driver.hasDevice else {
            return GraphicsObstacle(
                "there is an NVIDIA driver\(words(driver)), but this process has no GPU (no /dev/nvidia0)",
                remedy:
                    "request one: docker --gpus all, apptainer --nv, Slurm --gres=gpu:1")
        }
        return nil
    }

    private static func unusable(
        _ driver: GraphicsDriver, _ cuda: Result<Int, TorchError>, _ reason: String?
    ) -> GraphicsObstacle {
        switch cuda {
        case .success:
            GraphicsObstacle(
                "there is an NVIDIA driver\(words(driver)), but libtorch finds no usable GPU"
                    + (reason.map { ": \($0)" } ?? ""),
                remedy: "update the driver to one for CUDA 13, or set LIBTORCH to a PyTorch "
                    + "\(Libtorch.builtVersion) for your CUDA version; nvidia-smi shows both")
        case .failure(let error):
            GraphicsObstacle(
                "there is an NVIDIA driver\(words(driver)), but this libtorch cannot use it (\(error))",
                remedy:
                    "install PyTorch \(Libtorch.builtVersion) with CUDA and set LIBTORCH to its "
                    + "torch folder")
        }
    }

    private static func words(_ driver: GraphicsDriver) -> String {
        driver.version.map { " \($0)" } ?? ""
    }
}

extension GraphicsObstacle {
    /// Prints a note if `auto` chose the CPU although this machine has a GPU's driver.
    static func warn(_ devices: [Device], isChosen: Bool) {
        guard isChosen, devices == [.cpu], let obstacle = ofThisMachine() else { return }
        var standardError = StandardError()
        print(
            "Note: computing on the CPU: \(obstacle.problem);\n  → \(obstacle.remedy)",
            to: &standardError)
    }

    static func ofThisMachine() -> GraphicsObstacle? {
        guard let driver = GraphicsDriver.current() else { return nil }
        return GraphicsObstacle(
            driver, visible: ProcessInfo.processInfo.environment["CUDA_VISIBLE_DEVICES"],
            cuda: Result { () throws(TorchError) in try Device.cudaDevices().count },
            reason: CUDADriver.obstacle())
    }
}
