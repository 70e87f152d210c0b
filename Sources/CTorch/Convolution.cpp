// 3D convolution: on the CPU always by oneDNN; on a GPU by kernels of our own where channels are few, else by cuDNN,
// with a second try where its workspace has no room.
//
// libtorch's own choice sends single volumes whose N·C·D·H is at most 20,480 to another kernel, which unfolds the
// input into a matrix 27 (3×3×3) or 125 (5×5×5) times its size: slower, and far more memory than the network's
// activations. oneDNN takes every size.
//
// Where the processor does not multiply bfloat16, maps are still kept in it, and each convolution is computed in float32
// on copies that live only while it runs: as fast as float32, and with its sums. What libtorch and oneDNN do there
// themselves takes a hundred times as long, or loses the order of the maps, or adds up gradients in bfloat16.

// The kernels that this build of libtorch has, which decide the layout of its dispatch tables.
#define HAVE_AVX2_CPU_DEFINITION
#define HAVE_AVX512_CPU_DEFINITION

#include <ATen/Context.h>
#include <ATen/core/Tensor.h>
#include <ATen/native/ConvUtils.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/mkldnn_convolution.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

#include "Bridge.h"
#include "Channels.h"
#include "Convolution.h"
#include "GpuConvolution.h"
#include "GpuMemory.h"
#include "GpuPointConvolution.h"
#include "NormSum.h"
#include "OneDNN.h"

using namespace segnas;

namespace {

using torch::autograd::variable_list;

std::vector<int64_t> axes(ct_extent extent) {
    return {extent.depth, extent.height, extent.width};
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
            x.size(axis + 2) + 2 * padding[axis] > dilation[axis] * (weight.size(axis + 2) - 1), "the kernel of shape ",
            weight.sizes(), " is larger than the padded input of shape ", x.sizes());
    }
}

const std::vector<int64_t> no_output_padding{0, 0, 0};

at::Tensor forward(
    const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias, const Window &window) {
    if (!bias && has_gpu_convolution(x, weight, window)) return gpu_convolution(x, weight, window);
    if (has_gpu_point_convolution(x, weight, window)) return gpu_point_convolution(x, weight, bias);
    if (const auto counts = bias || !on_gpu(x) ? std::nullopt : better_channels(x, weight)) {
        const auto y = forward(with_channels(x, counts->inputs), with_channels(weight, *counts), {}, window);
        return with_channels(y, weight.size(0));
    }
    if (x.is_cuda()) {
        let_choose_kernels(x);
        return with_room(x, [&] {
            return at::convolution(
                x, weight, bias, window.stride, window.padding, window.dilation, /*transposed=*/false,
                no_output_padding, /*groups=*/1);
        });
    }
    if (x.is_meta() && on_gpu(x)) return meta_convolution(x, weight, window);
    if (!onednn_multiplies(x.scalar_type())) {
        const auto offset = bias ? std::optional(bias->to(at::kFloat)) : std::nullopt;
        const auto y = forward(x.to(at::kFloat), weight.to(at::kFloat), offset, window);
        return y.to(x.scalar_type());
    }
    if (x.is_meta()) return meta_convolution(x, weight, window);
    return at::mkldnn_convolution(x, weight, bias, window.padding, window.stride, window.dilation, /*groups=*/1);
}

using Gradients = std::tuple<at::Tensor, at::Tensor, at::Tensor>;

Gradients backward(
    const at::Tensor &x, const at::Tensor &gradient, const at::Tensor &weight, const Window &window,
    std::array<bool, 3> wanted) {
    if (!wanted[2] && has_gpu_convolution(x, weight, window))
        return gpu_convolution_backward(gradient, x, weight, window, {wanted[0], wanted[1]});
    if (has_gpu_point_convolution(x, weight, window))
        return gpu_point_convolution_backward(gradient, x, weight, wanted);
    if (const auto counts = wanted[2] || !on_gpu(x) ? std::nullopt : better_channels(x, weight)) {
        auto [dx, dweight, none] = backward(
            with_channels(x, counts->inputs), with_channels(gradient, counts->outputs), with_channels(weight, *counts),
            window, wanted);
        if (dx.defined()) dx = with_channels(dx, x.size(1));
        if (dweight.defined()) dweight = dweight.narrow(0, 0, weight.size(0)).narrow(1, 0, weight.size(1)).contiguous();
        return {dx, dweight, none};
    }
    if (x.is_cuda()) {
        let_choose_kernels(x);
        const std::vector<int64_t> bias_shape{weight.size(0)};
        return with_room(x, [&] {
            return at::convolution_backward(
                gradient, x, weight, at::OptionalIntArrayRef(bias_shape), window.stride, window.padding,
                window.dilation, /*transposed=*/false, no_output_padding, /*groups=*/1, wanted);
        });
    }
    if (x.is_meta() && on_gpu(x)) return meta_convolution_backward(gradient, x, weight, window, wanted);
    const auto type = x.scalar_type();
    if (!onednn_multiplies(type)) {
        const auto [dx, dweight, dbias] = backward(
            x.to(at::kFloat), gradient.to(at::kFloat), weight.to(at::kFloat), window, wanted);
        const auto rounded = [type](const at::Tensor &exact) { return exact.defined() ? exact.to(type) : exact; };
        return {rounded(dx), rounded(dweight), rounded(dbias)};
    }
    if (x.is_meta()) return meta_convolution_backward(gradient, x, weight, window, wanted);
    return at::native::mkldnn_convolution_backward_stub(
        x.device().type(), x, gradient, weight, window.padding, window.stride, window.dilation, /*groups=*/1, wanted);
}

/// Whether oneDNN (of libtorch 2.11) would compute a wrong gradient of the weight.
///
/// In bfloat16 it reads memory that was never written where the input is shallower or lower than the kernel: of kernels
/// of 2, 3 and 5 over inputs of 1 to 6 voxels an axis, only such ones were wrong, though not all. Nothing else was:
/// not the output, not the gradient of the input, nothing with dilation, and nothing in float32.
bool has_wrong_weight_gradient(const at::Tensor &x, const at::Tensor &weight) {
    if (on_gpu(x) || x.scalar_type() != at::kBFloat16 || !onednn_multiplies(at::kBFloat16)) return false;
    for (int axis = 2; axis < 5; ++axis)
        if (x.size(axis) < weight.size(axis)) return true;
    return false;
}

at::Tensor weight_gradient_in_float(
    const at::Tensor &x, const at::Tensor &gradient, const at::Tensor &weight, const Window &window) {
    const auto dweight = std::get<1>(
        backward(x.to(at::kFloat), gradient.to(at::kFloat), weight.to(at::kFloat), window, {false, true, false}));
    return dweight.to(weight.scalar_type());
}

struct ConvolutionBackward : torch::autograd::Node {
    Kept x;
    at::Tensor weight;
    Window window;
    bool has_bias = false;

    std::string name() const override { return "ConvolutionBackward"; }

    void release_variables() override {
        x = {};
        weight.reset();
    }

    variable_list apply(variable_list &&gradients) override {
        TORCH_CHECK(weight.defined(), "a gradient was already taken through this convolution");
        std::array<bool, 3> wanted{
            task_should_compute_output(0), task_should_compute_output(1), has_bias && task_should_compute_output(2)};
        const auto input = x.get();
        const bool in_float = wanted[1] && has_wrong_weight_gradient(input, weight);
        if (in_float) wanted[1] = false;
        auto [dx, dweight, dbias] = backward(input, gradients[0], weight, window, wanted);
        if (in_float) dweight = weight_gradient_in_float(input, gradients[0], weight, window);
        variable_list out{dx, dweight};
        if (has_bias) out.push_back(dbias);
        return out;
    }
};

}  // namespace

bool segnas::by_onednn(const at::Tensor &x) {
    const bool has_type = x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16;
    return has_type && on_host(x) && (x.is_meta() || x.numel() > 0);
}

bool segnas::has_convolution(const at::Tensor &x) {
    return on_gpu(x) || by_onednn(x);
}

void segnas::let_choose_kernels(const at::Tensor &x) {
    at::globalContext().setBenchmarkCuDNN(x.scalar_type() == at::kFloat);
}

at::Tensor segnas::convolution(
    const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias, Window window) {
    variable_list inputs{x, weight};
    if (bias) inputs.push_back(*bias);
    auto y = [&] {
        at::AutoDispatchBelowADInplaceOrView without_gradients;
        return forward(x, weight, bias, window);
    }();
    if (torch::autograd::compute_requires_grad(inputs)) {
        auto node = std::shared_ptr<ConvolutionBackward>(new ConvolutionBackward(), torch::autograd::deleteNode);
        node->set_next_edges(torch::autograd::collect_next_edges(inputs));
        node->x = Kept(x);
        node->weight = weight.detach();
        node->window = std::move(window);
        node->has_bias = bias.has_value();
        torch::autograd::set_history(y, node);
    }
    return y;
}

ct_status ct_conv3d(ct_tensor x, ct_tensor weight, ct_tensor bias, const ct_window *window, ct_tensor *out) {
    return produce("conv3d", out, [&] {
        auto input = borrow(x), kernel = borrow(weight);
        auto offset = borrow_optional(bias);
        const auto stride = axes(window->stride), padding = axes(window->padding), dilation = axes(window->dilation);
        check_shapes(input, kernel, offset, stride, padding, dilation);
        const auto is_own_type = [&](const at::Tensor &part) { return part.scalar_type() == input.scalar_type(); };
        return has_convolution(input) && is_own_type(kernel) && (!offset || is_own_type(*offset))
                   ? convolution(input, kernel, offset, {stride, padding, dilation})
                   : at::conv3d(input, kernel, offset, stride, padding, dilation);
    });
}
