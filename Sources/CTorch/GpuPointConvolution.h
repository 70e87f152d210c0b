// Convolution by one tap by kernels of our own on a GPU, where channels are few: libtorch's libraries take several times as
// long as memory does.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <optional>
#include <tuple>

#include "Convolution.h"

namespace segnas {

/// Whether these kernels convolve x [N, I, D, H, W] by a weight [O, I, 1, 1, 1]: float32 or bfloat16, channels last, at most
/// 32 channels each, all voxels; on a GPU, or on the meta device where it stands for one.
bool has_gpu_point_convolution(const at::Tensor &x, const at::Tensor &weight, const Window &window);

/// The output, [N, O, D, H, W], channels last.
at::Tensor gpu_point_convolution(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias);

/// The wanted gradients of x, weight and bias. Sums are added up in an order that is always the same.
std::tuple<at::Tensor, at::Tensor, at::Tensor> gpu_point_convolution_backward(
    const at::Tensor &gradient, const at::Tensor &x, const at::Tensor &weight, std::array<bool, 3> wanted);

}  // namespace segnas
