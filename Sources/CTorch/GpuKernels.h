// Kernels of ours on GPUs: compiled at their first use in a process or taken from a cache, and launched through NVIDIA's
// driver on libtorch's current stream.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>

namespace segnas {

/// Files of kernels that are compiled together.
enum class GpuSource { norm_sum, class_sums, pool, parity_sum, channels, convolution, point_convolution };

/// Whether a GPU's kernels of ours compute with a tensor like this one: on a GPU for which they can be compiled, or on the
/// meta device where it stands for the first one, of float32 or bfloat16, and with less than 2³¹ elements an image.
///
/// Otherwise libtorch's operations are to be used.
bool has_gpu_kernels(GpuSource source, const at::Tensor &x);

/// Bytes that the threads of a block can share on every GPU; more only if they are asked for.
constexpr unsigned ordinary_shared = 48 << 10;

/// What a GPU can do.
struct GpuLimits {
    unsigned capability;  // 90 for 9.0
    unsigned shared;      // bytes that the threads of a block can share
    unsigned multiprocessors;
};

/// Those of the GPU for which `has_gpu_kernels` is true.
GpuLimits gpu_limits(GpuSource source, const at::Tensor &x);

/// Elements that a thread takes at a time: 16 bytes of a type where all lengths are multiples of so many and all tensors
/// begin at a multiple of 16 bytes; else one.
unsigned vector_width(
    at::ScalarType type, std::initializer_list<int64_t> lengths, std::initializer_list<at::Tensor> tensors);

/// "bfloat16": how names of kernels for a type end.
std::string kernel_suffix(at::ScalarType type);

/// "bfloat16_8": how names of kernels for a type and width end.
std::string kernel_suffix(at::ScalarType type, unsigned width);

/// Blocks of threads: `blocks` along x for each image, and bytes that the threads of a block share.
struct Grid {
    unsigned blocks, images = 1, threads = 256, shared = 0;

    /// One for each so many elements of an image, though not more than keep a GPU busy.
    static Grid over(int64_t elements, unsigned width, int64_t images);
};

/// Queues a kernel behind what the device of `x` was given; on the meta device nothing is done.
void launch(GpuSource source, const std::string &kernel, const at::Tensor &x, const Grid &grid, const void *arguments);

template <class Arguments>
void launch(
    GpuSource source, const std::string &kernel, const at::Tensor &x, const Grid &grid, const Arguments &arguments) {
    static_assert(std::is_trivially_copyable_v<Arguments> && sizeof(Arguments) <= 4096);
    launch(source, kernel, x, grid, static_cast<const void *>(&arguments));
}

/// The elements of a tensor on a device, as kernels take them; null for no tensor, and on the meta device.
template <class T>
const T *device_elements(const at::Tensor &x) {
    return x.defined() && !x.is_meta() ? static_cast<const T *>(x.const_data_ptr()) : nullptr;
}

template <class T>
T *device_elements(at::Tensor &x) {
    return x.defined() && !x.is_meta() ? static_cast<T *>(x.mutable_data_ptr()) : nullptr;
}

}  // namespace segnas
