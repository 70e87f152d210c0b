// 3D convolution on the CPU, always by oneDNN.
//
// libtorch's own choice sends single volumes whose N·C·D·H is at most 20,480 to another kernel, which unfolds the
// input into a matrix 27 (3×3×3) or 125 (5×5×5) times its size: slower, and far more memory than the network's
// activations. oneDNN takes every size.

// The kernels that this build of libtorch has, which decide the layout of its dispatch tables.
#define HAVE_AVX2_CPU_DEFINITION
#define HAVE_AVX512_CPU_DEFINITION

#include <ATen/core/Tensor.h>
#include <ATen/native/ConvUtils.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/mkldnn_convolution.h>
#include <torch/csrc/autograd/custom_function.h>

#include "Bridge.h"
#include "Convolution.h"

using namespace segnas;

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

std::vector<int64_t> axes(ct_extent extent) {
    return {extent.depth, extent.height, extent.width};
}

/// oneDNN computes in bfloat16 where AVX-512 has 16-bit lanes.
bool has_onednn(at::ScalarType type) {
    return type == at::kFloat || (type == at::kBFloat16 && __builtin_cpu_supports("avx512bw"));
}

void check_shapes(
    const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias, at::IntArrayRef stride,
    at::IntArrayRef padding, at::IntArrayRef dilation) {
    check_volume(x);
    TORCH_CHECK(
        weight.dim() == 5 && weight.size(1) == x.size(1), "a weight of shape ", weight.sizes(),
        " does not fit an input of shape ", x.sizes());
    TORCH_CHECK(
        !bias || bias->sizes() == at::IntArrayRef{weight.size(0)}, "a bias of shape ", bias->sizes(),
        " does not fit a weight of shape ", weight.sizes());
    for (int axis = 0; axis < 3; ++axis) {
        TORCH_CHECK(
            stride[axis] > 0 && dilation[axis] > 0 && padding[axis] >= 0,
            "strides and dilations must be positive and paddings not negative");
        TORCH_CHECK(
            x.size(axis + 2) + 2 * padding[axis] > dilation[axis] * (weight.size(axis + 2) - 1),
            "the kernel of shape ", weight.sizes(), " is larger than the padded input of shape ", x.sizes());
    }
}

struct Convolution : torch::autograd::Function<Convolution> {
    static at::Tensor forward(
        AutogradContext *context, const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias,
        const std::vector<int64_t> &stride, const std::vector<int64_t> &padding,
        const std::vector<int64_t> &dilation) {
        context->save_for_backward({x, weight});
        context->saved_data["has bias"] = bias.has_value();
        context->saved_data["stride"] = stride;
        context->saved_data["padding"] = padding;
        context->saved_data["dilation"] = dilation;
        if (x.is_meta()) return meta_convolution(x, weight, stride, padding, dilation);
        return at::mkldnn_convolution(x, weight, bias, padding, stride, dilation, /*groups=*/1);
    }

    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1];
        const bool has_bias = context->saved_data["has bias"].toBool();
        const std::array<bool, 3> wanted{
            context->needs_input_grad(0), context->needs_input_grad(1), has_bias && context->needs_input_grad(2)};
        auto [dx, dweight, dbias] =
            x.is_meta()
                ? meta_convolution_backward(
                      gradients[0], x, weight, context->saved_data["dilation"].toIntVector(), wanted)
                : at::native::mkldnn_convolution_backward_stub(
                      x.device().type(), x, gradients[0], weight, context->saved_data["padding"].toIntVector(),
                      context->saved_data["stride"].toIntVector(), context->saved_data["dilation"].toIntVector(),
                      /*groups=*/1, wanted);
        return {dx, dweight, dbias, {}, {}, {}};
    }
};

}  // namespace

ct_status ct_conv3d(ct_tensor x, ct_tensor weight, ct_tensor bias, const ct_window *window, ct_tensor *out) {
    return produce("conv3d", out, [&] {
        auto input = borrow(x), kernel = borrow(weight);
        auto offset = borrow_optional(bias);
        const auto stride = axes(window->stride), padding = axes(window->padding), dilation = axes(window->dilation);
        check_shapes(input, kernel, offset, stride, padding, dilation);
        const bool by_onednn =
            input.is_meta() || (input.is_cpu() && has_onednn(input.scalar_type()) &&
                                kernel.scalar_type() == input.scalar_type() && input.numel() > 0);
        return by_onednn ? Convolution::apply(input, kernel, offset, stride, padding, dilation)
                         : at::conv3d(input, kernel, offset, stride, padding, dilation);
    });
}
