// Memory of the meta device, whose tensors have shapes and no elements: counted as if it were real.
#pragma once

#include "include/ct_memory.h"

namespace segnas {

ct_memory_statistics meta_memory_statistics();
void reset_meta_peak();

/// Whether the meta device stands for a GPU, else for the CPU.
bool meta_counts_gpu();

}  // namespace segnas
