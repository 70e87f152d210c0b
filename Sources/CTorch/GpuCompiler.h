// Machine code for GPUs, by NVIDIA's compiler for run time (NVRTC), which PyTorch with CUDA brings along.
#pragma once

#include <vector>

#include "GpuSources.h"

namespace segnas {

/// Compiles a source, which may include `gpu_headers`, for a compute capability such as 90.
///
/// What was compiled once is kept in `$XDG_CACHE_HOME/segnas3d/kernels` (`~/.cache` without that variable), under the
/// hash of the sources, the compiler's version and the capability. A cache that cannot be used is no error.
///
/// Throws c10::Error with the reason where there is no compiler, or where it refuses the source.
std::vector<char> compile_for_gpu(const char *source, int capability);

}  // namespace segnas
