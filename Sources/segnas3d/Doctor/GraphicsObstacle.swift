internal import FoundationEssentials
internal import SegNASHost
internal import SegNASTorch

/// Why nothing is computed on a GPU although a machine has the driver of one, and what helps.
struct GraphicsObstacle: Equatable {
    var problem: String
    var remedy: String

    /// Nil where there is no driver, or a GPU can be used.
    ///
    /// - Parameters:
    ///   - driver: what the system's files show
    ///   - visible: the value of `CUDA_VISIBLE_DEVICES`
    ///   - cuda: CUDA devices that libtorch can use, or why it can use none
    init?(_ driver: GraphicsDriver?, visible: String?, cuda: Result<Int, TorchError>) {
        guard let driver, (try? cuda.get()) ?? 0 == 0 else { return nil }
        self =
            Self.hidden(visible) ?? Self.absent(driver) ?? Self.unusable(driver, cuda)
    }

    private init(_ problem: String, remedy: String) {
        (self.problem, self.remedy) = (problem, remedy)
    }

    /// CUDA takes the devices before the first that it does not know: -1 and an empty list name none.
    private static func hidden(_ visible: String?) -> GraphicsObstacle? {
        guard let visible else { return nil }
        let first = visible.split(separator: ",", omittingEmptySubsequences: false)[0]
        let name = first.drop(while: \.isWhitespace)
        guard name.isEmpty || name.hasPrefix("-") || name == "NoDevFiles" else { return nil }
        return GraphicsObstacle(
            "CUDA_VISIBLE_DEVICES='\(visible)' hides every GPU",
            remedy: "unset it, or name GPUs in it as 0 or 0,1")
    }

    private static func absent(_ driver: GraphicsDriver) -> GraphicsObstacle? {
        guard driver.isLoaded else {
            return GraphicsObstacle(
                "an NVIDIA driver is installed, and the system has not loaded it",
                remedy: "see what nvidia-smi says; after an update of the system, start it again")
        }
        guard driver.hasDevice else {
            return GraphicsObstacle(
                "there is an NVIDIA driver\(words(driver)), and this process is given no GPU (no /dev/nvidia0)",
                remedy:
                    "ask for one: --gpus all of docker, --nv of apptainer, --gres=gpu:1 of Slurm")
        }
        return nil
    }

    private static func unusable(
        _ driver: GraphicsDriver, _ cuda: Result<Int, TorchError>
    ) -> GraphicsObstacle {
        switch cuda {
        case .success:
            GraphicsObstacle(
                "there is an NVIDIA driver\(words(driver)), and libtorch finds no GPU that it can use",
                remedy: "update the driver to one for CUDA 13, or set LIBTORCH to a PyTorch "
                    + "\(Libtorch.builtVersion) for your CUDA version; nvidia-smi shows both")
        case .failure(let error):
            GraphicsObstacle(
                "there is an NVIDIA driver\(words(driver)), and this libtorch cannot use it (\(error))",
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
    static func ofThisMachine() -> GraphicsObstacle? {
        guard let driver = GraphicsDriver.current() else { return nil }
        return GraphicsObstacle(
            driver, visible: ProcessInfo.processInfo.environment["CUDA_VISIBLE_DEVICES"],
            cuda: Result { () throws(TorchError) in try Device.cudaDevices().count })
    }
}
