// A map at full size plus one at half its size whose channels hold, for each place within a 2×2×2 cell, what is added there.
#pragma once

#include <ATen/core/Tensor.h>

namespace segnas {

/// How a full-size voxel 2i + p of an axis, of parity p, finds its summand.
struct Parities {
    /// 2 where the summands of even and odd voxels differ, 1 where they are the same.
    int64_t variants;
    /// The summand lies at i + offset[p].
    int64_t offset[2];

    /// Groups of channels of the half-size map.
    int64_t groups() const { return variants * variants * variants; }
};

/// Whether `parity_sum` takes maps like these: both channels last, on the CPU or a GPU that has kernels for them, and every
/// axis of one half of that of the other.
bool has_parity_sum(const at::Tensor &low, const at::Tensor &full);

/// y [N, O, 2D, 2H, 2W] = full + spread(half), half [N, groups·O, D′, H′, W′] with D′ ≥ D + offset. Channels last,
/// float32 or bfloat16, with gradients.
at::Tensor parity_sum(const at::Tensor &full, const at::Tensor &half, const Parities &parities);

}  // namespace segnas
