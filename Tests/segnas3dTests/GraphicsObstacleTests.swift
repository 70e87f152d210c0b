import SegNASHost
import SegNASTorch
import Testing

@testable import segnas3d

@Suite("Why a GPU is not used")
struct GraphicsObstacleTests {
    static let forCPUs = TorchError.operation(
        "CUDA: this libtorch is for CPUs only, it has no libtorch_cuda.so")

    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var driver: GraphicsDriver? = GraphicsDriver(version: "550.54.15")
        var visible: String?
        var cuda: Result<Int, TorchError> = .failure(GraphicsObstacleTests.forCPUs)
        var problem: String?
    }

    static let hidden = "hides every GPU"
    static let cases = [
        Case(testDescription: "no driver", driver: nil, problem: nil),
        Case(testDescription: "no driver, and all hidden", driver: nil, visible: "", problem: nil),
        Case(testDescription: "a GPU in use", cuda: .success(1), problem: nil),
        Case(testDescription: "one that is chosen", visible: "0", cuda: .success(1), problem: nil),
        Case(
            testDescription: "a libtorch without CUDA",
            problem:
                "there is an NVIDIA driver 550.54.15, and this libtorch cannot use it (CUDA: this libtorch is "
                + "for CPUs only, it has no libtorch_cuda.so)"),
        Case(
            testDescription: "no GPU that can be used", driver: GraphicsDriver(), cuda: .success(0),
            problem: "there is an NVIDIA driver, and libtorch finds no GPU that it can use"),
        Case(
            testDescription: "all hidden by nothing", visible: "",
            problem: "CUDA_VISIBLE_DEVICES='' hides every GPU"),
        Case(
            testDescription: "all hidden by -1", visible: "-1,0", cuda: .success(0),
            problem: "CUDA_VISIBLE_DEVICES='-1,0' hides every GPU"),
        Case(
            testDescription: "all hidden by a batch system", visible: "NoDevFiles",
            problem: "CUDA_VISIBLE_DEVICES='NoDevFiles' hides every GPU"),
        Case(
            testDescription: "a container without a GPU",
            driver: GraphicsDriver(version: "550.54.15", hasDevice: false),
            problem:
                "there is an NVIDIA driver 550.54.15, and this process is given no GPU (no /dev/nvidia0)"
        ),
        Case(
            testDescription: "a driver that is not loaded",
            driver: GraphicsDriver(isLoaded: false, hasDevice: false),
            problem: "an NVIDIA driver is installed, and the system has not loaded it"),
    ]

    @Test("the reason is told", arguments: cases)
    func reason(_ it: Case) {
        let obstacle = GraphicsObstacle(it.driver, visible: it.visible, cuda: it.cuda)
        #expect(obstacle?.problem == it.problem)
        #expect(obstacle?.remedy.isEmpty != true)
    }
}
