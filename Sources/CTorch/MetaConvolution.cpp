// A convolution on the meta device: its shapes, and the memory that the CPU or a GPU takes for it.
//
// Tensors are made as libtorch's kernel makes them, in its order; what oneDNN needs in between it is asked for. cuDNN
// cannot be asked without a GPU: see `gpu_buffers`.

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <vector>

#include "Bridge.h"
#include "Convolution.h"
#include "OneDNN.h"

namespace segnas {

namespace {

constexpr auto channels_last = at::MemoryFormat::ChannelsLast3d;

/// For a libtorch that does not let oneDNN be asked: what is seldom exceeded with AVX-512 on few threads.
PassBuffers estimate(Pass pass, const at::Tensor &x, const at::Tensor &weight, const at::Tensor &y) {
    const auto bytes = [](const at::Tensor &tensor) { return tensor.numel() * tensor.element_size(); };
    const bool is_large = pass == Pass::weight_gradient && x.scalar_type() == at::kBFloat16;
    return {is_large ? bytes(x) + bytes(y) : 0, bytes(weight)};
}

/// What a convolution needs of a GPU's memory while it runs, besides its tensors: the least with which it can be done.
///
/// cuDNN offers several kernels for each, whose workspaces go from nothing to several times the maps. libtorch tries them
/// one after another until there is room for one, or in float32 measures them with a workspace that it halves until it can
/// be had; and `with_room` gives back what the allocator keeps before the last try.
/// So more workspace than the least is taken where it is free, and is never the reason of a shortage. For every
/// convolution there are kernels that read and write the maps where they lie; but the gradient of a weight of bfloat16 is
/// added up in float32 before it is rounded.
PassBuffers gpu_buffers(Pass pass, const at::Tensor &x, const at::Tensor &weight) {
    const bool is_added_up = pass == Pass::weight_gradient && x.scalar_type() != at::kFloat;
    return {is_added_up ? weight.numel() * int64_t(sizeof(float)) : 0, 0};
}

PassBuffers buffers(
    Pass pass, const at::Tensor &x, const at::Tensor &weight, const at::Tensor &y, const Window &window) {
    if (on_gpu(x)) return gpu_buffers(pass, x, weight);
    const auto asked = onednn_buffers(pass, x, weight, y, window);
    return asked ? *asked : estimate(pass, x, weight, y);
}

at::Tensor scratch(const at::Tensor &x, int64_t bytes) {
    return at::empty({bytes}, x.options().dtype(at::kByte));
}

/// Takes and returns what the gradient of the weight needs until it lies channels last.
void take_weight_gradient(
    const at::Tensor &x, const at::Tensor &weight, const at::Tensor &gradient, const Window &window) {
    const auto needed = buffers(Pass::weight_gradient, x, weight, gradient, window);
    const auto in_own_order = scratch(x, needed.weight);
    // On the CPU, two copies follow when the scratchpad is free again, in the standard order and channels last.
    const int64_t copies = on_gpu(x) ? 0 : 2 * weight.numel() * weight.element_size();
    const auto inside = scratch(x, std::max(needed.scratchpad, copies));
}

}  // namespace

at::Tensor meta_convolution(const at::Tensor &x, const at::Tensor &weight, const Window &window) {
    std::vector<int64_t> shape{x.size(0), weight.size(0)};
    for (int axis = 0; axis < 3; ++axis) {
        const auto reach = window.dilation[axis] * (weight.size(axis + 2) - 1);
        shape.push_back((x.size(axis + 2) + window.padding[axis] * 2 - reach - 1) / window.stride[axis] + 1);
    }
    const auto y = at::empty(shape, x.options(), x.suggest_memory_format());
    const auto given = weight.contiguous(channels_last);
    const auto needed = buffers(Pass::forward, x, given, y, window);
    const auto inside = scratch(x, needed.scratchpad + needed.weight);
    return y;
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> meta_convolution_backward(
    const at::Tensor &gradient, const at::Tensor &x, const at::Tensor &weight, const Window &window,
    std::array<bool, 3> wanted) {
    const auto given = weight.contiguous(channels_last);
    const auto dy = gradient.contiguous(x.suggest_memory_format());
    at::Tensor dx, dweight, dbias;
    if (wanted[0]) {
        dx = at::empty_like(x);
        const auto needed = buffers(Pass::input_gradient, x, given, dy, window);
        const auto inside = scratch(x, needed.scratchpad + needed.weight);
    }
    if (wanted[1] || wanted[2]) take_weight_gradient(x, given, dy, window);
    if (wanted[1]) dweight = at::empty_like(weight, weight.options(), channels_last);
    if (wanted[2]) dbias = at::empty({weight.size(0)}, x.options());
    return {dx, dweight, dbias};
}

}  // namespace segnas
