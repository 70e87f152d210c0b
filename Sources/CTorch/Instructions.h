// Which of the processor's instructions our own kernels use.
#pragma once

namespace segnas {

/// Sets of vector instructions, each containing those before: SSE2, AVX2 with FMA, AVX-512.
enum class Instructions { baseline, avx2, avx512 };

/// The most that this processor has and SEGNAS3D_CPU_ISA (default, avx2 or avx512; unset: all) admits.
Instructions kernel_instructions();

}  // namespace segnas
