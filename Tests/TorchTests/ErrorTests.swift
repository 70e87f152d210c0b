import CTorch
import Testing

@testable import SegNASTorch

@TensorActor
@Suite("Errors")
struct ErrorTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var sentence: String
        var make: @Sendable () throws -> Tensor
        var testDescription: String { sentence }
    }

    /// Every mistake reads as one sentence that begins with the operation.
    nonisolated static let mistakes = [
        Mistake(
            sentence:
                "element-wise operation: The size of tensor a (3) must match the size of tensor b (4) "
                + "at non-singleton dimension 0"
        ) { try Tensor.ones([3]) + Tensor.ones([4]) },
        Mistake(sentence: "tensor: shape [2, 2] of float32 needs 16 bytes, and 12 are given") {
            try Tensor([1, 2, 3] as [Float], shape: [2, 2])
        },
        Mistake(sentence: "tensor: [-1] is no shape") { try Tensor([1] as [Float], shape: [-1]) },
        Mistake(sentence: "tensor: [9223372036854775807, 4] is no shape") {
            try Tensor([1] as [Float], shape: [.max, 4])
        },
        Mistake(sentence: "reshape: shape '[4]' is invalid for input of size 3") {
            try Tensor.ones([3]).reshaped(to: [4])
        },
        Mistake(sentence: "slice: 1..<5 along dimension 0 leaves shape [3]") {
            try Tensor.ones([3]).sliced(1..<5, along: 0)
        },
        Mistake(sentence: "conv3d: expected a tensor [N, C, D, H, W], got shape [2, 3]") {
            try Tensor.ones([2, 3]).conv3D(weight: .ones([1, 1, 3, 3, 3]))
        },
        Mistake(
            sentence:
                "conv3d: a weight of shape [1, 2, 3, 3, 3] does not fit an input of shape [1, 1, 4, 4, 4]"
        ) { try Tensor.ones([1, 1, 4, 4, 4]).conv3D(weight: .ones([1, 2, 3, 3, 3])) },
        Mistake(
            sentence: "conv3d: a bias of shape [2] does not fit a weight of shape [1, 1, 3, 3, 3]"
        ) {
            try Tensor.ones([1, 1, 4, 4, 4]).conv3D(
                weight: .ones([1, 1, 3, 3, 3]), bias: .ones([2]))
        },
        Mistake(
            sentence:
                "conv3d: the kernel of shape [1, 1, 5, 5, 5] is larger than the padded input of shape [1, 1, 4, 4, 4]"
        ) { try Tensor.ones([1, 1, 4, 4, 4]).conv3D(weight: .ones([1, 1, 5, 5, 5])) },
        Mistake(
            sentence: "conv3d: strides and dilations must be positive and paddings not negative"
        ) {
            try Tensor.ones([1, 1, 4, 4, 4])
                .conv3D(weight: .ones([1, 1, 1, 1, 1]), window: ConvolutionWindow(stride: 0))
        },
        Mistake(
            sentence: "batch norm: one value per channel has no variance; got shape [1, 2, 1, 1, 1]"
        ) {
            try Tensor.ones([1, 2, 1, 1, 1]).batchNorm(
                weight: .ones([2]), bias: .zeros([2]),
                running: RunningStatistics(mean: .zeros([2]), variance: .ones([2])), training: true)
        },
        Mistake(
            sentence:
                "batch norm: parameters of shape [2] do not fit an input of shape [1, 3, 4, 4, 4]"
        ) { try BatchNorm3D(2)(.ones([1, 3, 4, 4, 4]), training: true) },
        Mistake(sentence: "one-hot: label 7 is outside 0 to 2") {
            try Tensor([1, 7] as [UInt8], shape: [1, 2]).oneHot(classes: 3)
        },
        Mistake(sentence: "upsample: expected a tensor [N, C, D, H, W], got shape [2]") {
            try Tensor.ones([2]).upsampled(by: 2)
        },
        Mistake(
            sentence:
                "backward: element 0 of tensors does not require grad and does not have a grad_fn"
        ) {
            let x = try Tensor.ones([1])
            try x.backward()
            return x
        },
    ]

    @Test("a mistake reads as one sentence", arguments: mistakes)
    func sentences(_ mistake: Mistake) throws {
        let error = #expect(throws: TorchError.self) { try mistake.make() }
        #expect(error == .operation(mistake.sentence))
    }

    @Test("elements of another type are not handed out")
    func wrongElement() throws {
        let x = try Tensor.ones([1])
        #expect(
            throws: TorchError.operation(
                "array: the tensor holds float32, not int64; cast it first")
        ) {
            try x.array(of: Int64.self)
        }
        #expect(throws: TorchError.operation("item: the tensor has 2 elements, not one")) {
            try Tensor.ones([2]).item()
        }
    }

    @Test(
        "no C++ exception crosses the border",
        arguments: [
            (ct_thrown.CT_THROW_TORCH_ERROR, TorchError.operation("throw: a libtorch error")),
            (.CT_THROW_STANDARD, .operation("throw: a standard exception")),
            (.CT_THROW_INTEGER, .operation("throw: an exception of unknown type")),
            (
                .CT_THROW_OUT_OF_MEMORY,
                .outOfMemory(AllocationFailure(requested: nil, inUse: nil, limit: nil))
            ),
            (
                .CT_THROW_BAD_ALLOC,
                .outOfMemory(AllocationFailure(requested: nil, inUse: nil, limit: nil))
            ),
        ])
    func exceptions(_ kind: ct_thrown, _ expected: TorchError) {
        #expect(throws: expected) { try check(ct_throw(kind)) }
    }
}
