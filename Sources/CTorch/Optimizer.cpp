// The optimizers' element-wise update. On the CPU all parameters go through one parallel pass: a network has
// dozens of small ones, and an operation each would cost more in starting than in arithmetic.

#include <ATen/core/Tensor.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <ATen/ops/empty_like.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>

#include "Bridge.h"
#include "Parallel.h"
#include "Vector.h"

using namespace segnas;

namespace {

struct Slots {
    std::vector<at::Tensor> parameters, gradients, first, second;
};

/// The tensors of all slots, each gradient and moment laid out in memory like its parameter.
Slots gather_slots(const ct_optimizer_slot *slots, size_t count, bool with_second) {
    Slots all;
    for (size_t i = 0; i < count; ++i) {
        auto parameter = borrow(slots[i].parameter), gradient = borrow(slots[i].gradient);
        const auto type = parameter.scalar_type();
        TORCH_CHECK(type == at::kFloat || type == at::kDouble, "parameters must be float32 or float64");
        TORCH_CHECK(parameter.is_non_overlapping_and_dense(), "a parameter must own its memory");
        auto first = borrow(slots[i].first), second = with_second ? borrow(slots[i].second) : first;
        for (const auto &other : {gradient, first, second}) {
            TORCH_CHECK(
                other.sizes() == parameter.sizes() && other.scalar_type() == type &&
                    other.device() == parameter.device(),
                "parameter ", i, " has shape ", parameter.sizes(), " and its gradient or moment shape ", other.sizes(),
                ", or type or device differ");
        }
        TORCH_CHECK(
            first.strides() == parameter.strides() && second.strides() == parameter.strides(), "moments of parameter ",
            i, " are laid out differently");
        // Autograd may hand over a gradient in another order of memory (1×1×1 kernels are in both).
        if (gradient.strides() != parameter.strides()) gradient = at::empty_like(parameter).copy_(gradient);
        all.parameters.push_back(std::move(parameter));
        all.gradients.push_back(std::move(gradient));
        all.first.push_back(std::move(first));
        all.second.push_back(std::move(second));
    }
    return all;
}

template <class T>
struct Adam {
    // 1 − β rounded from double: 1 − β₂ in float32 is off by 10⁻⁵ of itself.
    T beta1, beta2, rest1, rest2, epsilon, momentum_weight, gradient_weight, second_scale, l2, decay;

    explicit Adam(const ct_adam_coefficients &c)
        : beta1(c.beta1),
          beta2(c.beta2),
          rest1(1 - c.beta1),
          rest2(1 - c.beta2),
          epsilon(c.epsilon),
          momentum_weight(c.momentum_weight),
          gradient_weight(c.gradient_weight),
          second_scale(c.second_scale),
          l2(c.l2),
          decay(c.decay) {}

    __attribute__((always_inline)) void operator()(T &parameter, T gradient, T &first, T &second) const {
        gradient += l2 * parameter;
        first = beta1 * first + rest1 * gradient;
        second = beta2 * second + rest2 * gradient * gradient;
        const T step = momentum_weight * first + gradient_weight * gradient;
        // Not (1 − decay)·parameter: 1 − decay in float32 is off by as much as decay's last three digits.
        parameter -= decay * parameter + step / (std::sqrt(second * second_scale) + epsilon);
    }
};

template <class T>
struct Momentum {
    T rate, momentum, l2;
    bool nesterov;

    explicit Momentum(const ct_sgd_coefficients &c)
        : rate(c.rate), momentum(c.momentum), l2(c.l2), nesterov(c.nesterov) {}

    __attribute__((always_inline)) void operator()(T &parameter, T gradient, T &first, T &) const {
        gradient += l2 * parameter;
        first = momentum * first + gradient;
        parameter -= rate * (nesterov ? gradient + momentum * first : first);
    }
};

template <class T, class Rule>
__attribute__((always_inline)) inline void update(
    const Rule &rule, T *__restrict parameter, const T *__restrict gradient, T *__restrict first, T *__restrict second,
    int64_t count) {
    for (int64_t i = 0; i < count; ++i) rule(parameter[i], gradient[i], first[i], second[i]);
}

/// SGD has no second moment: `second` may be `first`, which `update` may not assume away.
template <class T>
__attribute__((always_inline)) inline void update(
    const Momentum<T> &rule, T *__restrict parameter, const T *__restrict gradient, T *__restrict first, T *,
    int64_t count) {
    T unused = 0;
    for (int64_t i = 0; i < count; ++i) rule(parameter[i], gradient[i], first[i], unused);
}

template <class T, class Rule>
__attribute__((always_inline)) inline void run(const Rule &rule, T *p, const T *g, T *m, T *v, int64_t n) {
    update(rule, p, g, m, v, n);
}

/// Elements below which another thread is not worth waking.
constexpr int64_t grain = 16384;

/// One pass over the concatenation of all parameters of type T.
template <class T, class Rule>
void fused_step(const Slots &slots, const Rule &rule) {
    std::vector<int64_t> starts{0};
    std::vector<size_t> chosen;
    for (size_t i = 0; i < slots.parameters.size(); ++i) {
        if (slots.parameters[i].scalar_type() != c10::CppTypeToScalarType<T>::value) continue;
        chosen.push_back(i);
        starts.push_back(starts.back() + slots.parameters[i].numel());
    }
    parallel_for(starts.back(), grain, [&](int64_t begin, int64_t end) {
        size_t k = std::upper_bound(starts.begin(), starts.end(), begin) - starts.begin() - 1;
        for (int64_t at = begin; at < end; ++k) {
            const size_t i = chosen[k];
            const int64_t offset = at - starts[k], count = std::min(end, starts[k + 1]) - at;
            in_vectors<run<T, Rule>>(
                rule, slots.parameters[i].data_ptr<T>() + offset, slots.gradients[i].data_ptr<T>() + offset,
                slots.first[i].data_ptr<T>() + offset, slots.second[i].data_ptr<T>() + offset, count);
            at += count;
        }
    });
}

void foreach_step(Slots &slots, const ct_adam_coefficients &c) {
    if (c.l2 != 0) slots.gradients = at::_foreach_add(slots.gradients, slots.parameters, c.l2);
    if (c.decay != 0) at::_foreach_mul_(slots.parameters, 1 - c.decay);
    at::_foreach_lerp_(slots.first, slots.gradients, 1 - c.beta1);
    at::_foreach_mul_(slots.second, c.beta2);
    at::_foreach_addcmul_(slots.second, slots.gradients, slots.gradients, 1 - c.beta2);
    auto denominators = at::_foreach_mul(slots.second, c.second_scale);
    at::_foreach_sqrt_(denominators);
    at::_foreach_add_(denominators, c.epsilon);
    at::_foreach_addcdiv_(slots.parameters, slots.first, denominators, -c.momentum_weight);
    if (c.gradient_weight != 0) {
        at::_foreach_addcdiv_(slots.parameters, slots.gradients, denominators, -c.gradient_weight);
    }
}

void foreach_step(Slots &slots, const ct_sgd_coefficients &c) {
    if (c.l2 != 0) slots.gradients = at::_foreach_add(slots.gradients, slots.parameters, c.l2);
    at::_foreach_mul_(slots.first, c.momentum);
    at::_foreach_add_(slots.first, slots.gradients, 1);
    if (c.nesterov) {
        at::_foreach_add_(slots.parameters, slots.gradients, -c.rate);
        at::_foreach_add_(slots.parameters, slots.first, -c.rate * c.momentum);
    } else {
        at::_foreach_add_(slots.parameters, slots.first, -c.rate);
    }
}

template <template <class> class Rule, class Coefficients>
ct_status step(
    const ct_optimizer_slot *slots, size_t count, bool with_second, const Coefficients &coefficients,
    ct_step_method method) {
    return guarded("optimizer step", [&] {
        if (count == 0) return;
        c10::AutoGradMode recording(false);
        auto all = gather_slots(slots, count, with_second);
        if (method == CT_STEP_FOREACH || on_gpu(all.parameters[0])) return foreach_step(all, coefficients);
        if (all.parameters[0].is_meta()) return;
        for (const auto &parameter : all.parameters) {
            TORCH_CHECK(parameter.is_cpu(), "the fused step is for parameters on the CPU");
        }
        fused_step<float>(all, Rule<float>(coefficients));
        fused_step<double>(all, Rule<double>(coefficients));
    });
}

}  // namespace

ct_status ct_adam_step(
    const ct_optimizer_slot *slots, size_t count, const ct_adam_coefficients *coefficients, ct_step_method method) {
    return step<Adam>(slots, count, true, *coefficients, method);
}

ct_status ct_sgd_step(
    const ct_optimizer_slot *slots, size_t count, const ct_sgd_coefficients *coefficients, ct_step_method method) {
    return step<Momentum>(slots, count, false, *coefficients, method);
}
