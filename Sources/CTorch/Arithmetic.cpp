#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/all.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/any.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/full.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/log.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/logical_or.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/rsub.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/var.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "Bridge.h"

using namespace segnas;

namespace {

at::Tensor unary(ct_unary_operation operation, const at::Tensor &x) {
    switch (operation) {
    case CT_NEGATE: return at::neg(x);
    case CT_ABSOLUTE: return at::abs(x);
    case CT_EXP: return at::exp(x);
    case CT_LOG: return at::log(x);
    case CT_SQRT: return at::sqrt(x);
    case CT_RELU: return at::relu(x);
    case CT_SIGMOID: return at::sigmoid(x);
    case CT_IS_FINITE: return at::isfinite(x);
    case CT_NOT: return at::logical_not(x);
    }
    TORCH_CHECK(false, "unknown operation");
}

/// What takes a tensor or a number on the right. A number not by way of a tensor of rank 0: the gradient of a power would
/// then pass through float32.
template <class Operand>
at::Tensor binary(ct_binary_operation operation, const at::Tensor &a, const Operand &b) {
    switch (operation) {
    case CT_ADD: return a.add(b);
    case CT_SUBTRACT: return a.sub(b);
    case CT_MULTIPLY: return a.mul(b);
    case CT_DIVIDE: return a.div(b);
    case CT_POWER: return at::pow(a, b);
    case CT_EQUAL: return a.eq(b);
    case CT_NOT_EQUAL: return a.ne(b);
    case CT_LESS: return a.lt(b);
    case CT_LESS_EQUAL: return a.le(b);
    case CT_GREATER: return a.gt(b);
    case CT_GREATER_EQUAL: return a.ge(b);
    default: TORCH_CHECK(false, "this operation takes no number");
    }
}

/// What takes two tensors.
at::Tensor binary(ct_binary_operation operation, const at::Tensor &a, const at::Tensor &b) {
    switch (operation) {
    case CT_MAXIMUM: return at::maximum(a, b);
    case CT_MINIMUM: return at::minimum(a, b);
    case CT_AND: return at::logical_and(a, b);
    case CT_OR: return at::logical_or(a, b);
    default: return binary<at::Tensor>(operation, a, b);
    }
}

/// As `binary` with a number on the left.
at::Tensor binary(ct_binary_operation operation, const at::Scalar &a, const at::Tensor &b) {
    switch (operation) {
    case CT_ADD: return b.add(a);
    case CT_SUBTRACT: return at::rsub(b, a);
    case CT_MULTIPLY: return b.mul(a);
    case CT_DIVIDE: return b.reciprocal().mul(a);
    case CT_POWER: return at::pow(a, b);
    default: TORCH_CHECK(false, "this operation takes no number on the left");
    }
}

/// A whole number keeps integral tensors integral.
at::Scalar number(double value, const at::Tensor &beside) {
    const bool integral = at::isIntegralType(beside.scalar_type(), false) && value == std::trunc(value) &&
                          std::abs(value) < 0x1p63;
    return integral ? at::Scalar(static_cast<int64_t>(value)) : at::Scalar(value);
}

at::Tensor reduce(ct_reduction reduction, const at::Tensor &x, at::IntArrayRef dimensions, bool keep) {
    switch (reduction) {
    case CT_SUM: return at::sum(x, dimensions, keep);
    case CT_MEAN: return at::mean(x, dimensions, keep);
    case CT_LARGEST: return at::amax(x, dimensions, keep);
    case CT_SMALLEST: return at::amin(x, dimensions, keep);
    case CT_VARIANCE: return at::var(x, dimensions, /*correction=*/1, keep);
    case CT_ANY: return at::any(x, dimensions, keep);
    case CT_ALL: return at::all(x, dimensions, keep);
    }
    TORCH_CHECK(false, "unknown reduction");
}

}  // namespace

ct_status ct_unary(ct_unary_operation operation, ct_tensor x, ct_tensor *out) {
    return produce("element-wise operation", out, [&] { return unary(operation, borrow(x)); });
}

ct_status ct_binary(ct_binary_operation operation, ct_tensor a, ct_tensor b, ct_tensor *out) {
    return produce("element-wise operation", out, [&] { return binary(operation, borrow(a), borrow(b)); });
}

ct_status ct_binary_scalar(ct_binary_operation operation, ct_tensor a, double b, bool reversed, ct_tensor *out) {
    return produce("element-wise operation", out, [&] {
        auto x = borrow(a);
        return reversed ? binary(operation, number(b, x), x) : binary(operation, x, number(b, x));
    });
}

ct_status ct_reduce(ct_reduction reduction, ct_tensor x, ct_shape dimensions, bool keep_dimensions, ct_tensor *out) {
    return produce("reduction", out, [&] {
        auto source = borrow(x);
        if (dimensions.rank) return reduce(reduction, source, list(dimensions), keep_dimensions);
        std::vector<int64_t> all(source.dim());
        std::iota(all.begin(), all.end(), 0);
        return reduce(reduction, source, all, keep_dimensions);
    });
}

ct_status ct_argmax(ct_tensor x, int64_t dimension, bool keep_dimension, ct_tensor *out) {
    return produce("argmax", out, [&] { return at::argmax(borrow(x), dimension, keep_dimension); });
}

ct_status ct_gather(ct_tensor x, int64_t dimension, ct_tensor index, ct_tensor *out) {
    return produce("gather", out, [&] { return at::gather(borrow(x), dimension, borrow(index)); });
}

ct_status ct_count_pairs(ct_tensor a, ct_tensor b, int64_t classes, ct_tensor *out) {
    return produce("pairs of classes", out, [&] {
        const auto x = borrow(a), y = borrow(b);
        TORCH_CHECK(
            x.scalar_type() == at::kByte && y.scalar_type() == at::kByte && x.sizes() == y.sizes(),
            "classes of shapes ", x.sizes(), " and ", y.sizes(), ", or of other types than uint8, make no pairs");
        TORCH_CHECK(classes > 0 && classes <= 255, "classes must be 1 to 255, not ", classes);
        const auto options = x.options().dtype(at::kLong);
        const auto elsewhere = at::full({}, classes * classes, options);
        const auto pair = at::where(
            x.lt(classes).logical_and(y.lt(classes)), x.to(at::kLong) * classes + y.to(at::kLong), elsewhere);
        auto counts = at::zeros({classes * classes + 1}, options);
        counts.scatter_add_(0, pair.flatten(), at::ones({}, options).expand({pair.numel()}));
        return counts.narrow(0, 0, classes * classes).view({classes, classes});
    });
}

ct_status ct_one_hot(ct_tensor labels, int64_t classes, ct_dtype dtype, ct_tensor *out) {
    return produce("one-hot", out, [&] {
        auto index = borrow(labels);
        TORCH_CHECK(at::isIntegralType(index.scalar_type(), false), "labels must be integers");
        TORCH_CHECK(classes > 0 && index.dim() > 0, "labels need a batch dimension, and at least one class");
        if (index.numel() && !index.is_meta()) {
            const auto low = index.amin().item<int64_t>(), high = index.amax().item<int64_t>();
            TORCH_CHECK(low >= 0 && high < classes, "label ", low < 0 ? low : high, " is outside 0 to ", classes - 1);
        }
        auto shape = index.sizes().vec();
        shape.insert(shape.begin() + 1, classes);
        auto indicators = at::zeros(shape, index.options().dtype(scalar_type(dtype)));
        return indicators.scatter_(1, index.unsqueeze(1).to(at::kLong), 1);
    });
}

ct_status ct_clamp(ct_tensor x, double low, double high, ct_tensor *out) {
    return produce("clamp", out, [&] {
        auto source = borrow(x);
        std::optional<at::Scalar> minimum, maximum;
        if (std::isfinite(low)) minimum = number(low, source);
        if (std::isfinite(high)) maximum = number(high, source);
        return minimum || maximum ? at::clamp(source, minimum, maximum) : source;
    });
}

ct_status ct_where(ct_tensor condition, ct_tensor a, ct_tensor b, ct_tensor *out) {
    return produce("where", out, [&] { return at::where(borrow(condition), borrow(a), borrow(b)); });
}

// The CPU's softmax copies what is not contiguous. Done here instead, the copy is seen on the meta device too.
ct_status ct_softmax(ct_tensor x, int64_t dimension, ct_tensor *out) {
    return produce("softmax", out, [&] { return at::softmax(borrow(x).contiguous(), dimension); });
}

ct_status ct_log_softmax(ct_tensor x, int64_t dimension, ct_tensor *out) {
    return produce("log-softmax", out, [&] { return at::log_softmax(borrow(x).contiguous(), dimension); });
}
