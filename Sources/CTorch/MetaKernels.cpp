// Shapes of the operations that libtorch's C++ side cannot compute on the meta device (Python registers them there).
//
// Each makes the tensors that the CPU kernel makes, temporary ones included, so that a run on meta tensors counts
// the memory of a real one.

#include <ATen/core/Tensor.h>
#include <ATen/OpMathType.h>
#include <ATen/ExpandUtils.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/library.h>

#include <algorithm>
#include <tuple>

#include "Bridge.h"
#include "Convolution.h"

namespace {

using at::Tensor;
using std::optional;

at::MemoryFormat format_of(const Tensor &x) {
    return x.suggest_memory_format();
}

Tensor like(const Tensor &x, c10::SymIntArrayRef shape) {
    return at::empty_symint(shape, x.options(), format_of(x));
}

Tensor statistics_of(const Tensor &x) {
    return at::empty({x.size(1)}, x.options().dtype(at::toOpMathType(x.scalar_type())));
}

/// Transposed ones only: others are `Convolution`'s.
Tensor convolution(
    const Tensor &x, const Tensor &weight, const optional<Tensor> &, c10::SymIntArrayRef stride,
    c10::SymIntArrayRef padding, c10::SymIntArrayRef dilation, bool transposed, c10::SymIntArrayRef output_padding,
    c10::SymInt) {
    TORCH_CHECK(transposed, "a plain convolution of this type has no shape on the meta device");
    std::vector<c10::SymInt> shape{x.size(0), weight.size(1)};
    for (int axis = 0; axis < 3; ++axis) {
        const auto reach = dilation[axis] * (weight.sym_size(axis + 2) - 1);
        shape.push_back(
            (x.sym_size(axis + 2) - 1) * stride[axis] - padding[axis] * 2 + reach + output_padding[axis] + 1);
    }
    return like(x, shape);
}

std::tuple<Tensor, Tensor, Tensor> convolution_backward(
    const Tensor &gradient, const Tensor &x, const Tensor &weight, at::OptionalSymIntArrayRef bias_sizes,
    c10::SymIntArrayRef, c10::SymIntArrayRef, c10::SymIntArrayRef, bool, c10::SymIntArrayRef, c10::SymInt,
    std::array<bool, 3> wanted) {
    const auto given = gradient.contiguous(format_of(x));
    Tensor dx, dweight, dbias;
    if (wanted[0]) dx = at::empty_like(x);
    if (wanted[1]) dweight = at::empty_like(weight);
    if (wanted[2]) dbias = at::empty_symint(*bias_sizes, x.options());
    return {dx, dweight, dbias};
}

std::tuple<Tensor, Tensor, Tensor> native_batch_norm(
    const Tensor &x, const optional<Tensor> &, const optional<Tensor> &, const optional<Tensor> &,
    const optional<Tensor> &, bool training, double, double) {
    auto statistics = [&] { return training ? statistics_of(x) : at::empty({0}, x.options()); };
    auto y = at::empty_like(x, x.options(), format_of(x));
    return {y, statistics(), statistics()};
}

std::tuple<Tensor, Tensor, Tensor> native_batch_norm_backward(
    const Tensor &, const Tensor &x, const optional<Tensor> &weight, const optional<Tensor> &,
    const optional<Tensor> &, const optional<Tensor> &, const optional<Tensor> &, bool, double,
    std::array<bool, 3> wanted) {
    Tensor dx, dweight, dbias;
    if (wanted[0]) {
        const auto first = at::empty_like(x);  // libtorch's kernel makes the result twice
        dx = at::empty_like(x, x.options(), format_of(x));
    }
    if (wanted[1]) dweight = at::empty_like(*weight);
    if (wanted[2]) dbias = at::empty_like(*weight);
    return {dx, dweight, dbias};
}

std::tuple<Tensor, Tensor> max_pool3d_with_indices(
    const Tensor &x, at::IntArrayRef size, at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef, bool) {
    std::vector<c10::SymInt> shape{x.size(0), x.size(1)};
    for (int axis = 0; axis < 3; ++axis) {
        shape.push_back((x.size(axis + 2) + 2 * padding[axis] - size[axis]) / stride[axis] + 1);
    }
    auto y = like(x, shape);
    return {y, at::empty_like(y, y.options().dtype(at::kLong))};
}

Tensor max_pool3d_with_indices_backward(
    const Tensor &, const Tensor &x, at::IntArrayRef, at::IntArrayRef, at::IntArrayRef, at::IntArrayRef, bool,
    const Tensor &) {
    return at::empty_like(x, x.options(), format_of(x));
}

Tensor where(const Tensor &condition, const Tensor &a, const Tensor &b) {
    const auto &full = a.dim() ? a : b;  // the other may be a number
    return at::empty(at::infer_size(condition.sizes(), at::infer_size(a.sizes(), b.sizes())), full.options());
}

Tensor logical_and(const Tensor &a, const Tensor &b) {
    return at::empty(at::infer_size(a.sizes(), b.sizes()), a.options().dtype(at::kBool));
}

Tensor &logical_and_(Tensor &a, const Tensor &) {
    return a;
}

Tensor relu(const Tensor &x) {
    return at::empty_like(x);
}

Tensor &relu_(Tensor &x) {
    return x;
}

}  // namespace

// Buffers that oneDNN 3.10 asks libtorch's allocator for. Its headers do not tell; this is what it was seen to take
// with AVX-512 and bfloat16 on two threads, for 1 to 432 channels, kernels of 1, 3 and 5, dilations of 1 and 2, and
// volumes of 2³ to 64³. Bytes.

static int64_t blocks_of_16(int64_t channels) {
    return (channels + 15) / 16 * 16;
}

/// The weight in oneDNN's own order.
static int64_t reordered_weight(const Tensor &weight) {
    const auto channels = blocks_of_16(weight.size(0)) * blocks_of_16(weight.size(1));
    return channels * weight[0][0].numel() * weight.element_size();
}

static int64_t forward_scratch(const Tensor &weight) {
    return 2 * reordered_weight(weight);
}

/// For the gradient of the weight, besides that gradient.
static int64_t weight_gradient_scratch(
    const Tensor &x, const Tensor &gradient, const Tensor &weight, at::IntArrayRef dilation) {
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

static Tensor scratch(const Tensor &x, int64_t bytes) {
    return at::empty({bytes}, x.options().dtype(at::kByte));
}

at::Tensor segnas::meta_convolution(
    const Tensor &x, const Tensor &weight, at::IntArrayRef stride, at::IntArrayRef padding,
    at::IntArrayRef dilation) {
    std::vector<c10::SymInt> shape{x.size(0), weight.size(0)};
    for (int axis = 0; axis < 3; ++axis) {
        const auto reach = dilation[axis] * (weight.size(axis + 2) - 1);
        shape.push_back((x.size(axis + 2) + padding[axis] * 2 - reach - 1) / stride[axis] + 1);
    }
    const auto y = like(x, shape);
    const auto buffers = scratch(x, forward_scratch(weight));
    return y;
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> segnas::meta_convolution_backward(
    const Tensor &gradient, const Tensor &x, const Tensor &weight, at::IntArrayRef dilation,
    std::array<bool, 3> wanted) {
    Tensor dx, dweight, dbias;
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

namespace {

Tensor prelu(const Tensor &x, const Tensor &) {
    return at::empty_like(x);
}

std::tuple<Tensor, Tensor> prelu_backward(const Tensor &, const Tensor &x, const Tensor &) {
    return {at::empty_like(x), at::empty_like(x)};
}

TORCH_LIBRARY_IMPL(aten, Meta, library) {
    library.impl("convolution", convolution);
    library.impl("convolution_backward", convolution_backward);
    library.impl("native_batch_norm", native_batch_norm);
    library.impl("native_batch_norm_backward", native_batch_norm_backward);
    library.impl("max_pool3d_with_indices", max_pool3d_with_indices);
    library.impl("max_pool3d_with_indices_backward", max_pool3d_with_indices_backward);
    library.impl("_prelu_kernel", prelu);
    library.impl("_prelu_kernel_backward", prelu_backward);
    library.impl("relu", relu);
    library.impl("where.self", where);
    library.impl("logical_and", logical_and);
    library.impl("logical_and_", logical_and_);
    library.impl("relu_", relu_);
}

}  // namespace
