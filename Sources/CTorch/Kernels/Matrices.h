// Matrices of bfloat16 that a warp multiplies by tensor cores, and their way there (PTX ISA, "Warp-level matrix
// instructions"): for GPUs from compute capability 8.0 on. Tests define the same for the CPU.
//
// Of a matrix, each lane of the warp holds a few elements, two in a word. With g = lane/4 and t = 2·(lane%4):
// - a, 16×16: x is of row g and columns t, t + 1; y of row g + 8; z of columns t + 8, t + 9; w of both;
// - b, 16×8: x is of rows t, t + 1 and column g; y of rows t + 8, t + 9;
// - their product, 16×8 of float32: the first two are of row g and columns t, t + 1, the others of row g + 8.
#pragma once

#include "Numbers.h"

#if defined(__CUDACC_RTC__) && __CUDA_ARCH__ >= 800
namespace segnas {

/// A place in the memory of a block, to which bytes may be added.
using SharedAddress = unsigned;

ALWAYS_INLINE SharedAddress shared_address(const void *place) {
    return static_cast<unsigned>(__cvta_generic_to_shared(place));
}

/// Four matrices of 8×8. Lanes 8i to 8i + 7 tell where the rows of matrix i lie, 16 bytes each. A lane gets elements of
/// row g and columns t, t + 1 of each.
ALWAYS_INLINE uint4 load_matrices(SharedAddress row) {
    uint4 words;
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(words.x), "=r"(words.y), "=r"(words.z), "=r"(words.w)
                 : "r"(row)
                 : "memory");
    return words;
}

/// The same of the transposed matrices.
ALWAYS_INLINE uint4 load_transposed_matrices(SharedAddress row) {
    uint4 words;
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(words.x), "=r"(words.y), "=r"(words.z), "=r"(words.w)
                 : "r"(row)
                 : "memory");
    return words;
}

/// Adds the product of two matrices to a sum.
ALWAYS_INLINE void add_product(const uint4 &a, const uint2 &b, float *sum) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a.x), "r"(a.y), "r"(a.z), "r"(a.w), "r"(b.x), "r"(b.y));
}

/// Begins to copy 16 bytes to the memory of the block, or to write zeros there.
ALWAYS_INLINE void begin_copy(SharedAddress to, const void *from, bool is_there) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
                 :
                 : "r"(to), "l"(__cvta_generic_to_global(from)), "r"(is_there ? 16 : 0)
                 : "memory");
}

/// The same of four bytes that are there.
ALWAYS_INLINE void begin_copy_of_word(SharedAddress to, const void *from) {
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4;"
                 :
                 : "r"(to), "l"(__cvta_generic_to_global(from))
                 : "memory");
}

/// Waits for what this thread has begun to copy.
ALWAYS_INLINE void end_copies() {
    asm volatile("cp.async.wait_all;" ::: "memory");
}

/// Two numbers rounded to bfloat16 in a word, the first in its lower half.
ALWAYS_INLINE unsigned rounded_pair(float low, float high) {
    unsigned pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
}

/// Hides from the compiler where a number comes from: what is computed from it is not kept in registers from before.
ALWAYS_INLINE void compute_anew(unsigned &number) {
    asm volatile("" : "+r"(number));
}

}  // namespace segnas
#endif
