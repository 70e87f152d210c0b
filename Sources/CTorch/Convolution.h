// Shapes and memory of a convolution without its values: what runs on the meta device.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <tuple>

namespace segnas {

/// [N, I, D, H, W] → [N, O, D′, H′, W′], and the temporary tensors of the CPU kernel.
at::Tensor meta_convolution(
    const at::Tensor &x, const at::Tensor &weight, at::IntArrayRef stride, at::IntArrayRef padding,
    at::IntArrayRef dilation);

/// The wanted gradients of x, weight and bias.
std::tuple<at::Tensor, at::Tensor, at::Tensor> meta_convolution_backward(
    const at::Tensor &gradient, const at::Tensor &x, const at::Tensor &weight, at::IntArrayRef dilation,
    std::array<bool, 3> wanted);

}  // namespace segnas
