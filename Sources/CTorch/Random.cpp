#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <mutex>

#include "Bridge.h"

using namespace segnas;

ct_status ct_seed(uint64_t seed) {
    return guarded("seed", [&] { at::manual_seed(seed); });
}

ct_status ct_generator_state(ct_device device, ct_tensor *out) {
    return produce("generator state", out, [&] {
        auto generator = at::globalContext().defaultGenerator(device_of(device));
        std::lock_guard lock(generator.mutex());
        return generator.get_state();
    });
}

ct_status ct_set_generator_state(ct_device device, ct_tensor state) {
    return guarded("generator state", [&] {
        auto generator = at::globalContext().defaultGenerator(device_of(device));
        std::lock_guard lock(generator.mutex());
        generator.set_state(borrow(state));
    });
}

ct_status ct_normal(ct_shape shape, double deviation, uint64_t seed, ct_tensor *out) {
    return produce("normal", out, [&] {
        return at::empty(list(shape), at::kFloat).normal_(0, deviation, at::detail::createCPUGenerator(seed));
    });
}

ct_status ct_uniform(ct_shape shape, double low, double high, uint64_t seed, ct_tensor *out) {
    return produce("uniform", out, [&] {
        return at::empty(list(shape), at::kFloat).uniform_(low, high, at::detail::createCPUGenerator(seed));
    });
}
