#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/stack.h>

#include "Bridge.h"

using namespace segnas;

ct_status ct_reshape(ct_tensor tensor, ct_shape shape, ct_tensor *out) {
    return produce("reshape", out, [&] { return borrow(tensor).reshape(list(shape)); });
}

ct_status ct_permute(ct_tensor tensor, ct_shape dimensions, ct_tensor *out) {
    return produce("permute", out, [&] { return borrow(tensor).permute(list(dimensions)); });
}

ct_status ct_slice(ct_tensor tensor, int64_t dimension, int64_t start, int64_t end, int64_t step, ct_tensor *out) {
    return produce("slice", out, [&] { return borrow(tensor).slice(dimension, start, end, step); });
}

ct_status ct_select(ct_tensor tensor, int64_t dimension, int64_t index, ct_tensor *out) {
    return produce("select", out, [&] { return borrow(tensor).select(dimension, index); });
}

ct_status ct_unsqueeze(ct_tensor tensor, int64_t dimension, ct_tensor *out) {
    return produce("unsqueeze", out, [&] { return borrow(tensor).unsqueeze(dimension); });
}

ct_status ct_squeeze(ct_tensor tensor, int64_t dimension, ct_tensor *out) {
    return produce("squeeze", out, [&] { return borrow(tensor).squeeze(dimension); });
}

ct_status ct_expand(ct_tensor tensor, ct_shape shape, ct_tensor *out) {
    return produce("expand", out, [&] { return borrow(tensor).expand(list(shape)); });
}

ct_status ct_cat(const ct_tensor *tensors, size_t count, int64_t dimension, ct_tensor *out) {
    return produce("cat", out, [&] { return at::cat(borrow_all(tensors, count), dimension); });
}

ct_status ct_stack(const ct_tensor *tensors, size_t count, int64_t dimension, ct_tensor *out) {
    return produce("stack", out, [&] { return at::stack(borrow_all(tensors, count), dimension); });
}

ct_status ct_pad(ct_tensor tensor, ct_shape amounts, double value, ct_tensor *out) {
    return produce("pad", out, [&] { return at::constant_pad_nd(borrow(tensor), list(amounts), value); });
}
