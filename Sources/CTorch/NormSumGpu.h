// NormSum by kernels of ours on a GPU. On the meta device where it stands for one, the same memory is taken.
#pragma once

#include "Bridge.h"
#include "NormSum.h"

namespace segnas {

/// Whether these kernels take a map of this kind.
bool has_gpu_norm_sum(const at::Tensor &x);

/// Mean and variance (divided by the count) of each channel, [C], or of each channel of each image, [N·C].
struct GpuMoments {
    at::Tensor mean, variance;
};
GpuMoments gpu_moments(const at::Tensor &x);

/// Sets mean, inverse, scale and shift of a term, and updates the running statistics in training.
void gpu_normalize(Term &term, const ct_term &given, bool training);

/// y = Σ terms.
void gpu_sum(const NormSum &sum, at::Tensor &y);

/// Those of a normalized term; mean and variance are undefined unless they were given.
struct NormGradients {
    at::Tensor x, weight, bias;
    at::Tensor mean, variance;
};
NormGradients gpu_gradients(const NormSum &sum, size_t index, const at::Tensor &dy, bool training);

}  // namespace segnas
