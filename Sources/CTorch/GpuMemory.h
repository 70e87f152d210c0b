// The memory of GPUs: figures, budget, and shortages that libtorch reports as other errors.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <string>

#include "include/ct_memory.h"

namespace segnas {

ct_memory_statistics gpu_memory_statistics(c10::DeviceIndex index);
void reset_gpu_peak(c10::DeviceIndex index);

/// Gives back what the allocator keeps for reuse.
void trim_gpu_memory();

/// Tensors of this process may take so much of a GPU; refused is what exceeds the budget of the first use.
void set_gpu_budget(c10::DeviceIndex index, uint64_t bytes);

/// The figures in libtorch's message of a shortage; zeros where it has none.
ct_shortage gpu_shortage_in(const std::string &message);

/// Whether a GPU has refused memory since the last call.
bool has_gpu_refused() noexcept;

/// Whether the message of an error of another kind tells that a GPU, or what CUDA's libraries had of it, is full.
///
/// cuDNN, all of whose plans have failed, does not tell why: then it is so if a GPU `has_refused` memory meanwhile.
bool is_gpu_shortage(const std::string &message, bool has_refused);

/// How often the allocator has refused memory of a GPU.
int64_t gpu_refusals(c10::DeviceIndex index);

/// Computes on a GPU's tensor; where memory for the moment is refused, once more without what the allocator keeps.
///
/// libtorch's allocator tries that itself, but cuDNN asks it for one workspace after another, and gives up with an error
/// of its own.
template <class Body>
auto with_room(const at::Tensor &x, Body &&body) {
    const auto index = x.device().index();
    const auto before = gpu_refusals(index);
    try {
        return body();
    } catch (const c10::OutOfMemoryError &) {
        throw;
    } catch (const c10::Error &) {
        if (gpu_refusals(index) == before) throw;
    }
    trim_gpu_memory();
    return body();
}

}  // namespace segnas
