// What oneDNN says of itself: the instructions that it uses here, and what a convolution takes, before there is any
// memory for it.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "Convolution.h"

namespace segnas {

/// Instructions that oneDNN uses on this processor, within the limit of ONEDNN_MAX_CPU_ISA.
struct OneDNNInstructions {
    bool avx2, avx512, avx512_bf16, amx_bf16;
};

/// nullopt where this libtorch does not tell.
const std::optional<OneDNNInstructions> &onednn_instructions();

/// Whether oneDNN multiplies numbers of this type by instructions of the processor; others it would emulate, or refuse.
bool onednn_multiplies(at::ScalarType type);

enum class Pass { forward, input_gradient, weight_gradient };

/// Bytes that a pass takes besides its operands.
struct PassBuffers {
    int64_t scratchpad;
    /// The weight in the order that the pass wants, 0 where it is given so; or the gradient of the weight.
    int64_t weight;
};

/// x [N, I, D, H, W], y [N, O, D′, H′, W′] and a weight [O, I, …] of one type, all channels last, on the threads that
/// operations of the calling thread have.
///
/// nullopt where this libtorch does not tell.
std::optional<PassBuffers> onednn_buffers(
    Pass pass, const at::Tensor &x, const at::Tensor &weight, const at::Tensor &y, const Window &window);

}  // namespace segnas
