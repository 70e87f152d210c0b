// Mean and variance of each channel with gradients: what maps that are normalized together tell one another.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/var_mean.h>
#include <torch/csrc/autograd/custom_function.h>

#include <tuple>

#include "Bridge.h"
#include "NormSumPasses.h"
#include "include/ct_volume.h"

using namespace segnas;

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Mean and variance [C], without gradients.
variable_list moments(const at::Tensor &x) {
    const auto type = x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    if (on_gpu(x) && is_fused(x)) {
        const auto found = gpu_moments(x);
        return {found.mean, found.variance};
    }
    if (x.is_meta()) {
        const auto empty = [&] { return at::empty({x.size(1)}, x.options().dtype(type)); };
        return {empty(), empty()};
    }
    if (!is_fused(x)) {
        const auto [variance, mean] = at::var_mean(x.to(type), {0, 2, 3, 4}, /*unbiased=*/false);
        return {mean, variance};
    }
    Moments found;
    with_type_of(x, [&]<class T>(T) { found = moments_of<T>(x, /*is_by_image=*/false); });
    return {of_channels(found.mean), of_channels(found.variance)};
}

struct ChannelMoments : torch::autograd::Function<ChannelMoments> {
    static variable_list forward(AutogradContext *context, const at::Tensor &x) {
        auto out = moments(x);
        context->save_for_backward({x, out[0]});
        return out;
    }

    /// dx = (d mean + 2·d variance·(x − mean)) / count.
    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &mean = saved[1];
        const auto count = static_cast<double>(x.numel() / x.size(1));
        const auto of_channels = [](const at::Tensor &values) { return values.view({1, -1, 1, 1, 1}); };
        auto gradient = x - of_channels(mean);
        gradient *= of_channels(gradients[1] * (2 / count));
        gradient += of_channels(gradients[0] / count);
        return {gradient.to(x.scalar_type())};
    }
};

}  // namespace

ct_status ct_channel_moments(ct_tensor x, ct_tensor *mean, ct_tensor *variance) {
    return guarded("channel moments", [&] {
        const auto map = borrow(x);
        check_volume(map);
        TORCH_CHECK(map.numel() > 0, "a map without elements has no moments; got shape ", map.sizes());
        const auto found = ChannelMoments::apply(map);
        *mean = give(found[0]);
        *variance = give(found[1]);
    });
}
