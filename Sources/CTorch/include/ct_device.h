#ifndef CT_DEVICE_H
#define CT_DEVICE_H

#include "ct_tensor.h"

CT_BEGIN

// Versions and paths: static strings.
const char *ct_torch_version(void);        // of the library in use
const char *ct_built_torch_version(void);  // of the headers that this program was built with
const char *ct_onednn_version(void);
const char *ct_vector_extension(void);    // what libtorch's kernels use here: "AVX512", "AVX2", "DEFAULT"
const char *ct_torch_library_path(void);  // the libtorch_cpu.so in use

// What kernels of ours use here: "avx512", "avx2" or "default", at most what SEGNAS3D_CPU_ISA names.
const char *ct_kernel_instructions(void);

// The value of SEGNAS3D_CPU_ISA where it names no instructions, which limits nothing; else null.
const char *ct_unknown_instruction_limit(void);

// Whether oneDNN, which is a part of libtorch, tells what it uses and needs; if not, buffers of convolutions are
// estimates.
bool ct_onednn_is_open(void);
const char *ct_onednn_instructions(void);  // "avx512", "avx2" or "default"; "" where it does not tell

// Instructions by which oneDNN multiplies bfloat16 here, within its limit: without them it is computed in float32.
bool ct_multiplies_bf16_by_avx512(void);
bool ct_multiplies_bf16_by_amx(void);

// Loads libtorch_cuda.so from beside libtorch_cpu.so, once. CT_ERROR with the reason where it cannot.
// Must come before any other work with tensors: libtorch looks for its CUDA part once, at its first use.
ct_status ct_load_cuda(void);

// Number of usable CUDA devices; 0 before `ct_load_cuda`.
int32_t ct_cuda_device_count(void);

// The version of CUDA that libtorch was built for, as 1000 · major + 10 · minor; 0 before `ct_load_cuda`.
int32_t ct_cuda_version(void);

// A GPU as its driver tells, whether or not libtorch can use it.
typedef struct {
    char name[128];
    uint64_t memory;     // bytes
    int32_t generation;  // major number of the compute capability
} ct_gpu;

// Number of GPUs that the driver shows to this process; 0 without a driver.
int32_t ct_gpu_count(void);

// NVIDIA's driver, as far as its library tells.
typedef struct {
    bool is_found;
    int32_t version;  // the newest CUDA that it can serve, as 1000 · major + 10 · minor; 0 if it does not tell
    int32_t failure;  // CUDA's number of the error with which it does not start; 0 if it does
} ct_driver;

ct_driver ct_driver_state(void);
ct_status ct_gpu_describe(int32_t index, ct_gpu *out);

// Why kernels of ours are not used on a GPU, and libtorch's operations are instead; null if they are. The first call compiles
// them. Valid until the next call of this thread; after `ct_load_cuda`.
const char *ct_gpu_kernel_obstacle(int32_t index);

// Waits until the device has done all that it was given.
ct_status ct_synchronize(ct_device device);

// Threads of CPU operations.
int32_t ct_threads(void);
ct_status ct_set_threads(int32_t count);

// Threads that took part in the last parallel kernel of ours that this thread called; 0 before the first.
int32_t ct_last_parallel_width(void);

CT_END

#endif
