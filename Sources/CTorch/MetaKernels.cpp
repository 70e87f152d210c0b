// Shapes of the operations that libtorch's C++ side cannot compute on the meta device (Python registers them there).
//
// Each makes the tensors that the CPU kernel makes, temporary ones included, so that a run on meta tensors counts
// the memory of a real one.

#include <ATen/ExpandUtils.h>
#include <ATen/OpMathType.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/library.h>

#include <tuple>

#include "Bridge.h"

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
    const Tensor &, const Tensor &x, const optional<Tensor> &weight, const optional<Tensor> &, const optional<Tensor> &,
    const optional<Tensor> &, const optional<Tensor> &, bool, double, std::array<bool, 3> wanted) {
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

Tensor prelu(const Tensor &x, const Tensor &) {
    return at::empty_like(x);
}

std::tuple<Tensor, Tensor> prelu_backward(const Tensor &, const Tensor &x, const Tensor &) {
    return {at::empty_like(x), at::empty_like(x)};
}

Tensor take(const Tensor &x, const Tensor &index) {
    return at::empty(index.sizes(), x.options());
}

Tensor index_select(const Tensor &x, int64_t dimension, const Tensor &index) {
    auto shape = x.sizes().vec();
    shape[dimension] = index.numel();
    return at::empty(shape, x.options());
}

/// The CPU keeps a buffer of the input's size, a GPU none.
std::tuple<Tensor, Tensor> log_sigmoid_forward(const Tensor &x) {
    return {at::empty_like(x), segnas::on_gpu(x) ? at::empty({0}, x.options()) : at::empty_like(x)};
}

Tensor log_sigmoid_backward(const Tensor &gradient, const Tensor &, const Tensor &) {
    return at::empty_like(gradient);
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
    library.impl("relu_", relu_);
    library.impl("where.self", where);
    library.impl("take", take);
    library.impl("index_select", index_select);
    library.impl("log_sigmoid_forward", log_sigmoid_forward);
    library.impl("log_sigmoid_backward", log_sigmoid_backward);
    library.impl("logical_and", logical_and);
    library.impl("logical_and_", logical_and_);
}

}  // namespace
