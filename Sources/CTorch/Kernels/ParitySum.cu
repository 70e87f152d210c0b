// A map at full size plus one at half its size whose channels hold what each place within a cell of 2×2×2 voxels is to
// get, and the gradient of the latter. A thread has V channels of one voxel.
#include "Kernel.h"
#include "ParitySumArguments.h"

namespace segnas {

struct Place {
    unsigned c, x, y, z;

    ALWAYS_INLINE Place(unsigned element, unsigned channels, unsigned height, unsigned width) {
        const unsigned voxel = element / channels;
        c = element % channels;
        x = voxel % width;
        y = voxel / width % height;
        z = voxel / width / height;
    }
};

/// Of an axis, for a voxel of some parity. Not by index: that would copy the arguments to memory.
ALWAYS_INLINE unsigned offset_of(const ParityArguments &a, unsigned parity) {
    return parity ? a.offset[1] : a.offset[0];
}

template <class T, int V>
ALWAYS_INLINE void add(const ParityArguments &a) {
    const unsigned groups = a.variants * a.variants * a.variants, half_channels = groups * a.channels;
    const unsigned count = a.depth * a.height * a.width * a.channels, step = gridDim.x * blockDim.x * V;
    const long long full = static_cast<long long>(blockIdx.y) * count;
    const long long half = static_cast<long long>(blockIdx.y) * a.half_depth * a.half_height * a.half_width *
                           half_channels;
    for (unsigned i = (blockIdx.x * blockDim.x + threadIdx.x) * V; i < count; i += step) {
        const Place at(i, a.channels, a.height, a.width);
        const unsigned px = at.x % 2, py = at.y % 2, pz = at.z % 2;
        const unsigned group = a.variants == 1 ? 0 : (pz * 2 + py) * 2 + px;
        const unsigned row = (at.z / 2 + offset_of(a, pz)) * a.half_height + at.y / 2 + offset_of(a, py);
        const unsigned voxel = row * a.half_width + at.x / 2 + offset_of(a, px);
        float values[V], others[V];
        read<V>(static_cast<const T *>(a.full) + full + i, values);
        read<V>(static_cast<const T *>(a.half) + half + voxel * half_channels + group * a.channels + at.c, others);
        for (int k = 0; k < V; ++k) values[k] += others[k];
        write<V>(values, static_cast<T *>(a.out) + full + i);
    }
}

/// Of the gradient of the sum: what the places of one group of channels get.
template <class T, int V>
ALWAYS_INLINE void gather(const ParityArguments &a) {
    const unsigned groups = a.variants * a.variants * a.variants, half_channels = groups * a.channels;
    const unsigned count = a.half_depth * a.half_height * a.half_width * half_channels;
    const unsigned step = gridDim.x * blockDim.x * V;
    const long long half = static_cast<long long>(blockIdx.y) * count;
    const T *const from = static_cast<const T *>(a.full) +
                          static_cast<long long>(blockIdx.y) * a.depth * a.height * a.width * a.channels;
    for (unsigned i = (blockIdx.x * blockDim.x + threadIdx.x) * V; i < count; i += step) {
        const Place at(i, half_channels, a.half_height, a.half_width);
        const unsigned c = at.c % a.channels, group = at.c / a.channels;
        float sum[V], values[V];
        for (int k = 0; k < V; ++k) sum[k] = 0;
        for (unsigned place = 0; place < 8; ++place) {
            if (a.variants == 2 && place != group) continue;
            const unsigned pz = place >> 2, py = place >> 1 & 1, px = place & 1;
            // Where the half-size map is larger, what lies before the first or behind the last cell gets nothing.
            const unsigned z = at.z - offset_of(a, pz), y = at.y - offset_of(a, py), x = at.x - offset_of(a, px);
            if (z >= a.depth / 2 || y >= a.height / 2 || x >= a.width / 2) continue;
            const unsigned voxel = ((2 * z + pz) * a.height + 2 * y + py) * a.width + 2 * x + px;
            read<V>(from + voxel * a.channels + c, values);
            for (int k = 0; k < V; ++k) sum[k] += values[k];
        }
        write<V>(sum, static_cast<T *>(a.out) + half + i);
    }
}

}  // namespace segnas

using namespace segnas;

#define KERNELS(type, T, V)                                   \
    KERNEL(parity_sum_##type##_##V, ParityArguments, 256) {   \
        add<T, V>(arguments);                                 \
    }                                                         \
    KERNEL(parity_parts_##type##_##V, ParityArguments, 256) { \
        gather<T, V>(arguments);                              \
    }

KERNELS(float32, float, 1)
KERNELS(float32, float, 4)
KERNELS(bfloat16, BFloat16, 1)
KERNELS(bfloat16, BFloat16, 8)
