#include <ATen/core/Tensor.h>
#include <c10/core/GradMode.h>

#include "Bridge.h"

using namespace segnas;

ct_status ct_set_requires_grad(ct_tensor tensor, bool required) {
    return guarded("requires-grad", [&] { borrow(tensor).requires_grad_(required); });
}

bool ct_requires_grad(ct_tensor tensor) {
    return peek(tensor).requires_grad();
}

ct_status ct_backward(ct_tensor tensor, ct_tensor seed) {
    return guarded("backward", [&] { borrow(tensor).backward(seed.impl ? borrow(seed) : at::Tensor()); });
}

ct_status ct_gradient(ct_tensor tensor, ct_tensor *out) {
    return guarded("gradient", [&] {
        auto gradient = borrow(tensor).grad();
        *out = gradient.defined() ? give(gradient) : ct_tensor{nullptr};
    });
}

ct_status ct_clear_gradient(ct_tensor tensor) {
    return guarded("gradient", [&] { borrow(tensor).mutable_grad() = at::Tensor(); });
}

ct_status ct_detach(ct_tensor tensor, ct_tensor *out) {
    return produce("detach", out, [&] { return borrow(tensor).detach(); });
}

bool ct_set_recording(bool enabled) {
    const bool before = c10::GradMode::is_enabled();
    c10::GradMode::set_enabled(enabled);
    return before;
}
