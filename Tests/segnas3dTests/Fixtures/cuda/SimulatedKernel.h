// Kernels as C++ of the CPU: what CUDA's compiler knows by itself, for SimulatedKernels.c, which runs them.
#pragma once

#include <cmath>

struct uint3 {
    unsigned x, y, z;
};

struct alignas(16) uint4 {
    unsigned x, y, z, w;
};

struct Simulation {
    uint3 thread, block, threads, blocks;
    void *shared;
    void (*barrier)(void);
};

/// Set when the kernels are loaded.
extern "C" Simulation *simulation;
Simulation *simulation = nullptr;

#define threadIdx (simulation->thread)
#define blockIdx (simulation->block)
#define blockDim (simulation->threads)
#define gridDim (simulation->blocks)
#define __syncthreads() simulation->barrier()

#define KERNEL(name, Arguments, most_threads)                \
    static void name##_body(const Arguments &arguments);     \
    extern "C" void name(const void *given) {                \
        name##_body(*static_cast<const Arguments *>(given)); \
    }                                                        \
    extern "C" const unsigned name##_threads;                \
    const unsigned name##_threads = most_threads;            \
    static void name##_body(const Arguments &arguments)

#define SHARED_MEMORY(Type, name) Type *const name = static_cast<Type *>(simulation->shared)
