// Convolution by one tap of few channels, such as heads and projections, and its gradients. Memory limits it: each map is
// read once, and a thread computes all outputs of a voxel.
#include "PointConvolutionArguments.h"
#include "VoxelTile.h"

namespace segnas {

/// Outputs: as many as there are, or more.
template <class T, int Outputs>
ALWAYS_INLINE void convolve(const PointConvolutionArguments &a, float *shared) {
    float *const weight = shared, *const tiles = shared + (a.inputs + 1) * Outputs;  // the last row is the bias
    for (unsigned i = threadIdx.x; i < (a.inputs + 1) * Outputs; i += blockDim.x) {
        const unsigned input = i / Outputs, output = i % Outputs;
        float value = 0;
        if (output < a.outputs && input < a.inputs)
            value = to_float(static_cast<const T *>(a.weight)[input * a.of_input + output * a.of_output]);
        if (output < a.outputs && input == a.inputs && a.bias) value = to_float(static_cast<const T *>(a.bias)[output]);
        weight[i] = value;
    }
    const long long before = static_cast<long long>(blockIdx.y) * a.voxels;
    const T *const x = static_cast<const T *>(a.x) + before * a.inputs;
    T *const y = static_cast<T *>(a.y) + before * a.outputs;
    for (unsigned first = blockIdx.x * blockDim.x; first < a.voxels; first += gridDim.x * blockDim.x) {
        const VoxelTile inputs(tiles, a.inputs, 0, first, a.voxels), outputs(tiles, a.outputs, 0, first, a.voxels);
        __syncthreads();  // before the outputs of the last tile give place
        inputs.read_from(x);
        __syncthreads();
        if (threadIdx.x < inputs.count) {
            float sums[Outputs], row[4];
#pragma unroll
            for (int o = 0; o < Outputs; ++o) sums[o] = weight[a.inputs * Outputs + o];
            for (unsigned c = 0; c < a.inputs; ++c) {
                const float value = inputs.at(c, threadIdx.x);
#pragma unroll
                for (int o = 0; o < Outputs; o += 4) {
                    read<4>(weight + c * Outputs + o, row);
                    for (int k = 0; k < 4; ++k) sums[o + k] += value * row[k];
                }
            }
            // In place of the thread's inputs.
#pragma unroll
            for (int o = 0; o < Outputs; ++o)
                if (o < a.outputs) outputs.at(o, threadIdx.x) = sums[o];
        }
        __syncthreads();
        outputs.write_to(y);
    }
}

/// A thread adds up the products of four inputs and four outputs, over a slice of each tile. What a tile lacks is 0.
template <class T>
ALWAYS_INLINE void gradient(const PointGradientArguments &a, float *shared) {
    const unsigned columns = fours(a.inputs + 1), blocks = fours(a.outputs) * columns, width = blockDim.x + 1;
    const unsigned slices = blockDim.x / blocks, slice = threadIdx.x / blocks, block = threadIdx.x % blocks;
    const unsigned o = block / columns * 4, c = block % columns * 4, rows = (fours(a.outputs) + columns) * 4;
    float *const of_x = shared, *const of_dy = shared + columns * 4 * width;
    float sums[4][4] = {};
    const auto clear = [&] {
        for (unsigned i = threadIdx.x; i < rows * width; i += blockDim.x) shared[i] = 0;
        __syncthreads();
        of_x[a.inputs * width + threadIdx.x] = 1;
    };
    clear();
    const unsigned tiles = (a.voxels + blockDim.x - 1) / blockDim.x;
    for (unsigned number = blockIdx.x; number < tiles * a.images; number += gridDim.x) {
        const unsigned image = number / tiles, first = number % tiles * blockDim.x;
        const long long before = static_cast<long long>(image) * a.voxels;
        const VoxelTile x(of_x, a.inputs, 0, first, a.voxels), dy(of_dy, a.outputs, 0, first, a.voxels);
        __syncthreads();
        if (x.count < blockDim.x) clear();
        x.read_from(static_cast<const T *>(a.x) + before * a.inputs);
        dy.read_from(static_cast<const T *>(a.dy) + before * a.outputs);
        __syncthreads();
        for (unsigned voxel = slice; slice < slices && voxel < blockDim.x; voxel += slices) {
            float left[4], right[4];
            for (int k = 0; k < 4; ++k) {
                left[k] = dy.at(o + k, voxel);
                right[k] = x.at(c + k, voxel);
            }
            for (int i = 0; i < 4; ++i)
                for (int k = 0; k < 4; ++k) sums[i][k] += left[i] * right[k];
        }
    }
    // The sums of all slices, in their order.
    __syncthreads();
    if (slice < slices)
        for (int i = 0; i < 4; ++i)
            for (int k = 0; k < 4; ++k) shared[(slice * blocks + block) * 16 + i * 4 + k] = sums[i][k];
    __syncthreads();
    float *const out = a.sums + static_cast<long long>(blockIdx.x) * a.outputs * (a.inputs + 1);
    for (unsigned i = threadIdx.x; i < a.outputs * (a.inputs + 1); i += blockDim.x) {
        const unsigned output = i / (a.inputs + 1), input = i % (a.inputs + 1);
        const unsigned place = (output / 4 * columns + input / 4) * 16 + output % 4 * 4 + input % 4;
        float total = 0;
        for (unsigned k = 0; k < slices; ++k) total += shared[k * blocks * 16 + place];
        out[i] = total;
    }
}

template <class T>
ALWAYS_INLINE void totals(const PointTotalsArguments &a) {
    const unsigned row = a.inputs + 1, length = a.outputs * row, i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= length) return;
    double sum = 0;
#pragma unroll 8
    for (unsigned part = 0; part < a.parts; ++part) sum += a.sums[static_cast<long long>(part) * length + i];
    const T total = from_float<T>(static_cast<float>(sum));
    if (i % row < a.inputs)
        static_cast<T *>(a.weight)[i / row * a.inputs + i % row] = total;
    else if (a.bias)
        static_cast<T *>(a.bias)[i / row] = total;
}

}  // namespace segnas

using namespace segnas;

#define CONVOLUTION(type, T, outputs)                                                               \
    KERNEL(point_convolution_##type##_##outputs, PointConvolutionArguments, threads_of_points, 3) { \
        SHARED_MEMORY(float, shared);                                                               \
        convolve<T, outputs>(arguments, shared);                                                    \
    }

#define KERNELS(type, T)                                                       \
    CONVOLUTION(type, T, 8)                                                    \
    CONVOLUTION(type, T, 16)                                                   \
    CONVOLUTION(type, T, 24)                                                   \
    CONVOLUTION(type, T, 32)                                                   \
    KERNEL(point_gradient_##type, PointGradientArguments, threads_of_points) { \
        SHARED_MEMORY(float, shared);                                          \
        gradient<T>(arguments, shared);                                        \
    }                                                                          \
    KERNEL(point_totals_##type, PointTotalsArguments, threads_of_points) {     \
        totals<T>(arguments);                                                  \
    }

KERNELS(float32, float)
KERNELS(bfloat16, BFloat16)
