// Numbers that the host reads later than their device has been asked for them.

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <optional>

#include "Bridge.h"

using namespace segnas;

namespace {

struct Reading {
    at::Tensor number;  // on the host
    std::optional<c10::Event> arrival;

    explicit Reading(const at::Tensor &x) {
        TORCH_CHECK(x.numel() == 1, "a tensor of ", x.numel(), " elements is no number");
        const auto given = x.detach().to(at::kDouble);
        if (!given.is_cuda()) {
            number = given;
            return;
        }
        number = at::empty(given.sizes(), given.options().device(at::kCPU).pinned_memory(true));
        number.copy_(given, /*non_blocking=*/true);
        const c10::impl::VirtualGuardImpl gpu(given.device().type());
        arrival.emplace(given.device().type());
        arrival->record(gpu.getStream(given.device()));
    }
};

Reading &reading_behind(ct_reading reading) {
    return *static_cast<Reading *>(reading.impl);
}

}  // namespace

ct_status ct_reading_begin(ct_tensor tensor, ct_reading *out) {
    return guarded("reading", [&] { *out = {new Reading(borrow(tensor))}; });
}

ct_status ct_reading_value(ct_reading reading, double *out) {
    return guarded("reading", [&] {
        auto &it = reading_behind(reading);
        if (it.arrival) it.arrival->synchronize();
        *out = *elements<double>(std::as_const(it.number));
    });
}

void ct_reading_release(ct_reading reading) {
    delete static_cast<Reading *>(reading.impl);
}
