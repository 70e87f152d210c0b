// What all kernels share. They are compiled on the user's machine, by NVIDIA's compiler; tests compile them for the CPU,
// with definitions of their own for what is defined here.
//
// A kernel takes one structure, which the host fills. Its blocks are numbered along x, and images along y.
#pragma once

#include "Numbers.h"

#ifndef KERNEL
/// The head of a kernel, whose body may name `arguments`: at most so many threads a block, and, where that is given, so
/// many blocks whose registers fit a multiprocessor at a time.
#define KERNEL(name, Arguments, ...) \
    extern "C" __global__ void __launch_bounds__(__VA_ARGS__) name(const Arguments arguments)
/// Memory that the threads of a block share, as many bytes as the kernel was launched with, from a multiple of 16 on.
#define SHARED_MEMORY(Type, name)              \
    extern __shared__ uint4 memory_of_block[]; \
    Type *const name = reinterpret_cast<Type *>(memory_of_block)
#endif

namespace segnas {

/// Reads V elements: 16 bytes at once, where V is not 1.
template <int V>
ALWAYS_INLINE void read(const float *from, float *to) {
    if constexpr (V == 1) {
        *to = *from;
    } else {
        const uint4 words = *reinterpret_cast<const uint4 *>(from);
        to[0] = float_of(words.x), to[1] = float_of(words.y), to[2] = float_of(words.z), to[3] = float_of(words.w);
    }
}

template <int V>
ALWAYS_INLINE void read(const BFloat16 *from, float *to) {
    if constexpr (V == 1) {
        *to = to_float(*from);
    } else {
        const uint4 words = *reinterpret_cast<const uint4 *>(from);
        const unsigned pairs[] = {words.x, words.y, words.z, words.w};
        for (int i = 0; i < 4; ++i) {
            to[2 * i] = float_of(pairs[i] << 16);
            to[2 * i + 1] = float_of(pairs[i] & 0xFFFF0000);
        }
    }
}

/// Writes V elements.
template <int V>
ALWAYS_INLINE void write(const float *from, float *to) {
    if constexpr (V == 1) {
        *to = *from;
    } else {
        *reinterpret_cast<uint4 *>(to) = uint4{bits_of(from[0]), bits_of(from[1]), bits_of(from[2]), bits_of(from[3])};
    }
}

ALWAYS_INLINE unsigned pair_of(float low, float high) {
    return from_float<BFloat16>(low).bits | static_cast<unsigned>(from_float<BFloat16>(high).bits) << 16;
}

template <int V>
ALWAYS_INLINE void write(const float *from, BFloat16 *to) {
    if constexpr (V == 1) {
        *to = from_float<BFloat16>(*from);
    } else {
        *reinterpret_cast<uint4 *>(to) = uint4{
            pair_of(from[0], from[1]), pair_of(from[2], from[3]), pair_of(from[4], from[5]), pair_of(from[6], from[7])};
    }
}

/// Adds up a number of each thread of a block, a power of two of them, in a fixed order; thread 0 has the sum.
ALWAYS_INLINE double sum_of_block(double value, double *shared) {
    shared[threadIdx.x] = value;
    __syncthreads();
    for (unsigned reach = blockDim.x / 2; reach > 0; reach /= 2) {
        if (threadIdx.x < reach) shared[threadIdx.x] += shared[threadIdx.x + reach];
        __syncthreads();
    }
    const double sum = shared[0];
    __syncthreads();  // before the next sum is written there
    return sum;
}

}  // namespace segnas
