// Batch normalization followed by ReLU as one operation with a gradient of its own.
//
// Two operations in a row hold the normalized values while ReLU makes its result beside them: one more tensor of the
// size of the activation at the widest moment. Here ReLU works in place, as nothing else needs the values before it:
// the normalization's gradient comes from its input, ReLU's from its result.

#include <ATen/core/Tensor.h>
#include <ATen/ops/native_batch_norm.h>
#include <ATen/ops/native_batch_norm_backward.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/threshold_backward.h>
#include <torch/csrc/autograd/custom_function.h>

#include "Bridge.h"

using namespace segnas;

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct NormReLU : torch::autograd::Function<NormReLU> {
    static at::Tensor forward(
        AutogradContext *context, const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias,
        const at::Tensor &running_mean, const at::Tensor &running_variance, bool training, double momentum,
        double epsilon) {
        auto [y, mean, inverse_deviation] = at::native_batch_norm(
            x, weight, bias, running_mean, running_variance, training, momentum, epsilon);
        at::relu_(y);
        context->save_for_backward({x, weight, running_mean, running_variance, mean, inverse_deviation, y});
        context->saved_data["training"] = training;
        context->saved_data["epsilon"] = epsilon;
        return y;
    }

    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1], &mean = saved[4], &inverse_deviation = saved[5], &y = saved[6];
        auto [dx, dweight, dbias] = at::native_batch_norm_backward(
            at::threshold_backward(gradients[0], y, 0), x, weight, saved[2], saved[3], mean, inverse_deviation,
            context->saved_data["training"].toBool(), context->saved_data["epsilon"].toDouble(),
            {context->needs_input_grad(0), context->needs_input_grad(1), context->needs_input_grad(2)});
        return {dx, dweight, dbias, {}, {}, {}, {}, {}};
    }
};

}  // namespace

ct_status ct_batch_norm_relu(ct_tensor x, const ct_batch_norm_options *options, ct_tensor *out) {
    return produce("batch norm", out, [&] {
        auto input = borrow(x);
        check_batch_norm(input, *options);
        TORCH_CHECK(
            options->weight.impl && options->bias.impl && options->running_mean.impl && options->running_variance.impl,
            "weight, bias and running statistics are needed");
        return NormReLU::apply(
            input, borrow(options->weight), borrow(options->bias), borrow(options->running_mean),
            borrow(options->running_variance), options->training, options->momentum, options->epsilon);
    });
}
