// What is done to all parameters of a network between two steps, besides the optimizer's own step. A network has dozens, and
// a GPU is longer in being told of an operation than in computing it on one of them: so they are given to it together.

#include <ATen/core/Tensor.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/reciprocal.h>
#include <ATen/ops/stack.h>
#include <c10/core/GradMode.h>

#include <vector>

#include "Bridge.h"

using namespace segnas;

namespace {

std::vector<at::Tensor> list(const ct_tensor *tensors, size_t count) {
    std::vector<at::Tensor> all;
    for (size_t i = 0; i < count; ++i) all.push_back(borrow(tensors[i]));
    return all;
}

}  // namespace

ct_status ct_clip_to_norm(const ct_tensor *tensors, size_t count, double limit) {
    return guarded("clipping", [&] {
        if (count == 0) return;
        c10::AutoGradMode recording(false);
        const auto all = list(tensors, count);
        const auto norm = at::stack(at::_foreach_norm(all)).to(at::kDouble).norm();
        if (norm.is_cpu()) {
            const auto value = norm.item<double>();
            if (value > limit) at::_foreach_mul_(all, limit / value);
        } else {  // which is not waited for
            at::_foreach_mul_(all, norm.reciprocal().mul_(limit).clamp_max_(1).to(all[0].scalar_type()));
        }
    });
}

ct_status ct_move_averages(const ct_tensor *averages, const ct_tensor *values, size_t count, double share) {
    return guarded("averages", [&] {
        if (count == 0) return;
        c10::AutoGradMode recording(false);
        const auto all = list(averages, count);
        at::_foreach_mul_(all, share);
        at::_foreach_add_(all, list(values, count), 1 - share);
    });
}
