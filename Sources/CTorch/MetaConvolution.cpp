// A convolution on the meta device: its shapes, and the memory that the CPU takes for it.

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <vector>

#include "Convolution.h"

namespace segnas {

namespace {

// Buffers that oneDNN 3.10 asks libtorch's allocator for. Its headers do not tell; this is what it was seen to take
// with AVX-512 and bfloat16 on two threads, for 1 to 432 channels, kernels of 1, 3 and 5, dilations of 1 and 2, and
// volumes of 2³ to 64³. Bytes.

int64_t blocks_of_16(int64_t channels) {
    return (channels + 15) / 16 * 16;
}

/// The weight in oneDNN's own order.
int64_t reordered_weight(const at::Tensor &weight) {
    const auto channels = blocks_of_16(weight.size(0)) * blocks_of_16(weight.size(1));
    return channels * weight[0][0].numel() * weight.element_size();
}

int64_t forward_scratch(const at::Tensor &weight) {
    return 2 * reordered_weight(weight);
}

/// For the gradient of the weight, besides that gradient.
int64_t weight_gradient_scratch(
    const at::Tensor &x, const at::Tensor &gradient, const at::Tensor &weight, at::IntArrayRef dilation) {
    const int64_t kernel = weight[0][0].numel(), volume = x[0][0].numel(), size = x.element_size();
    const bool is_float32 = x.scalar_type() == at::kFloat;
    const bool is_dilated = std::any_of(dilation.begin(), dilation.end(), [](auto d) { return d > 1; });
    if (is_dilated || (is_float32 && x.size(4) <= 2)) {
        // An image and one of its slices unfolded; where slices are small, for each thread.
        const int64_t slice = gradient.size(3) * gradient.size(4);
        const int64_t images = slice < 512 ? std::min<int64_t>(x.size(0), at::get_num_threads()) : 1;
        const int64_t weights = 4 * images + (is_float32 ? 1 : 5);
        return (images * x.size(1) * (volume + kernel * slice) + weights * weight.numel()) * size;
    }
    if (is_float32) return 3 * reordered_weight(weight);
    // Threads turn an image and its gradient round, for products of pairs of voxels; two share the work where one
    // side has an even number of blocks and more than the other.
    const int64_t width = x.size(4), row = width + weight.size(4) - 1;
    const int64_t outputs = blocks_of_16(weight.size(0));
    const int64_t inputs = x.size(1) == 1 ? 0 : x.size(1) <= 8 ? 8 : blocks_of_16(x.size(1));
    const int64_t wider = inputs ? inputs : outputs;
    const bool is_shared = wider % 32 == 0 && (inputs == 0 || inputs > outputs);
    const int64_t turned = inputs * volume / width * row + outputs * gradient[0][0].numel();
    const int64_t copies = is_shared ? (at::get_num_threads() + 1) / 2 : at::get_num_threads();
    return copies * turned * size + 4 * reordered_weight(weight);
}

at::Tensor scratch(const at::Tensor &x, int64_t bytes) {
    return at::empty({bytes}, x.options().dtype(at::kByte));
}

}  // namespace

at::Tensor meta_convolution(
    const at::Tensor &x, const at::Tensor &weight, at::IntArrayRef stride, at::IntArrayRef padding,
    at::IntArrayRef dilation) {
    std::vector<int64_t> shape{x.size(0), weight.size(0)};
    for (int axis = 0; axis < 3; ++axis) {
        const auto reach = dilation[axis] * (weight.size(axis + 2) - 1);
        shape.push_back((x.size(axis + 2) + padding[axis] * 2 - reach - 1) / stride[axis] + 1);
    }
    const auto y = at::empty(shape, x.options(), x.suggest_memory_format());
    const auto buffers = scratch(x, forward_scratch(weight));
    return y;
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> meta_convolution_backward(
    const at::Tensor &gradient, const at::Tensor &x, const at::Tensor &weight, at::IntArrayRef dilation,
    std::array<bool, 3> wanted) {
    at::Tensor dx, dweight, dbias;
    if (wanted[0]) {
        dx = at::empty_like(x);
        const auto buffers = scratch(x, forward_scratch(weight));
    }
    if (wanted[1]) {
        dweight = at::empty_like(weight, weight.options(), at::MemoryFormat::ChannelsLast3d);
        const auto buffers = scratch(x, weight_gradient_scratch(x, gradient, weight, dilation));
    }
    if (wanted[2]) dbias = at::empty({weight.size(0)}, x.options());
    return {dx, dweight, dbias};
}

}  // namespace segnas
