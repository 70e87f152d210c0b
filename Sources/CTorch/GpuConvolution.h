// Convolution by kernels of our own on a GPU's tensor cores, where channels are few.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <tuple>

#include "Convolution.h"

namespace segnas {

/// Whether these kernels convolve x [N, I, D, H, W] by a weight of 3×3×3 or 5×5×5 taps [O, I, …]: bfloat16, channels
/// last, at most 32 channels each, dilated by 1 or 2, the output of the input's extents; on a GPU, or on the meta
/// device where it stands for one.
bool has_gpu_convolution(const at::Tensor &x, const at::Tensor &weight, const Window &window);

/// The output, [N, O, D, H, W], channels last.
at::Tensor gpu_convolution(const at::Tensor &x, const at::Tensor &weight, const Window &window);

/// The wanted gradients of x and the weight, and none of a bias. Sums are added up in an order that is always the same.
std::tuple<at::Tensor, at::Tensor, at::Tensor> gpu_convolution_backward(
    const at::Tensor &gradient, const at::Tensor &x, const at::Tensor &weight, const Window &window,
    std::array<bool, 2> wanted);

}  // namespace segnas
