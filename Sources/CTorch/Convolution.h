// 3D convolution by oneDNN and cuDNN, and its shapes and memory without values: what runs on the meta device.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <optional>
#include <tuple>
#include <vector>

namespace segnas {

/// One number an axis.
struct Window {
    std::vector<int64_t> stride, padding, dilation;
};

/// Whether oneDNN convolves an input like this one: float32 or bfloat16 on the CPU.
bool by_onednn(const at::Tensor &x);

/// Whether `convolution` takes an input like this one: that, or any on a GPU.
bool has_convolution(const at::Tensor &x);

/// Tells cuDNN how to choose its kernels for an input like this one: by measuring them for each new shape in float32, where its
/// rules may be wrong by a factor of seven, and by its rules else. To measure costs a training 3 to 20 s, and what is
/// measured, and so the weights, differs from run to run; in bfloat16 it would gain 1 %. The choice is that of the whole
/// process, which computes in one of them.
void let_choose_kernels(const at::Tensor &x);

/// x [N, I, D, H, W] and a weight [O, I, …] of the same type, with gradients; in the order of x.
at::Tensor convolution(
    const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias, Window window);

/// [N, I, D, H, W] → [N, O, D′, H′, W′], and the temporary tensors of the CPU kernel.
at::Tensor meta_convolution(const at::Tensor &x, const at::Tensor &weight, const Window &window);

/// The wanted gradients of x, weight and bias.
std::tuple<at::Tensor, at::Tensor, at::Tensor> meta_convolution_backward(
    const at::Tensor &gradient, const at::Tensor &x, const at::Tensor &weight, const Window &window,
    std::array<bool, 3> wanted);

}  // namespace segnas
