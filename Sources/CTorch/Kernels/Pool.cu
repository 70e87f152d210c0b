// The largest of each 2×2×2 voxels, and its gradient. A thread has V channels of one voxel of the small map.
#include "Kernel.h"
#include "PoolArguments.h"

namespace segnas {

/// Where the windows of some channels lie, in an image of either map.
struct PoolWindow {
    unsigned small;       // the element of the small map
    long long large;      // the window's first element of the large map
    unsigned row, slice;  // from a row and a slice of the large map to the next
    unsigned channels;

    ALWAYS_INLINE PoolWindow(const PoolArguments &a, unsigned element) : small(element), channels(a.channels) {
        const unsigned c = element % a.channels, voxel = element / a.channels;
        const unsigned x = voxel % a.width, y = voxel / a.width % a.height, z = voxel / a.width / a.height;
        row = 2 * a.width * a.channels;
        slice = 2 * a.height * row;
        large = static_cast<long long>(2 * z) * slice + 2 * y * row + 2 * x * a.channels + c;
    }

    /// The window's i-th voxel.
    ALWAYS_INLINE long long voxel(unsigned i) const {
        return large + (i >> 2) * slice + (i >> 1 & 1) * row + (i & 1) * channels;
    }
};

/// Calls body(window) for those of an image that are this thread's.
template <int V, class Body>
ALWAYS_INLINE void each_window(const PoolArguments &a, Body &&body) {
    const unsigned count = a.depth * a.height * a.width * a.channels, step = gridDim.x * blockDim.x * V;
    for (unsigned i = (blockIdx.x * blockDim.x + threadIdx.x) * V; i < count; i += step) body(PoolWindow(a, i));
}

template <class T, int V>
ALWAYS_INLINE void pool(const PoolArguments &a) {
    const long long small = static_cast<long long>(blockIdx.y) * a.depth * a.height * a.width * a.channels;
    each_window<V>(a, [&](const PoolWindow &window) {
        const T *const from = static_cast<const T *>(a.from) + 8 * small;
        float largest[V], values[V];
        unsigned char index[V];
        read<V>(from + window.voxel(0), largest);
        for (int k = 0; k < V; ++k) index[k] = 0;
        for (unsigned i = 1; i < 8; ++i) {
            read<V>(from + window.voxel(i), values);
            for (int k = 0; k < V; ++k) {
                // Not a number is the largest, as in libtorch.
                const bool is_larger = !(values[k] <= largest[k]);
                largest[k] = is_larger ? values[k] : largest[k];
                index[k] = is_larger ? i : index[k];
            }
        }
        write<V>(largest, static_cast<T *>(a.to) + small + window.small);
        if (a.index)
            for (int k = 0; k < V; ++k) a.index[small + window.small + k] = index[k];
    });
}

template <class T, int V>
ALWAYS_INLINE void spread(const PoolArguments &a) {
    const long long small = static_cast<long long>(blockIdx.y) * a.depth * a.height * a.width * a.channels;
    each_window<V>(a, [&](const PoolWindow &window) {
        float dy[V], dx[V];
        unsigned char index[V];
        read<V>(static_cast<const T *>(a.from) + small + window.small, dy);
        for (int k = 0; k < V; ++k) index[k] = a.index[small + window.small + k];
        for (unsigned i = 0; i < 8; ++i) {
            for (int k = 0; k < V; ++k) dx[k] = index[k] == i ? dy[k] : 0;
            write<V>(dx, static_cast<T *>(a.to) + 8 * small + window.voxel(i));
        }
    });
}

}  // namespace segnas

using namespace segnas;

#define KERNELS(type, T, V)                           \
    KERNEL(pool_##type##_##V, PoolArguments, 256) {   \
        pool<T, V>(arguments);                        \
    }                                                 \
    KERNEL(spread_##type##_##V, PoolArguments, 256) { \
        spread<T, V>(arguments);                      \
    }

KERNELS(float32, float, 1)
KERNELS(float32, float, 4)
KERNELS(bfloat16, BFloat16, 1)
KERNELS(bfloat16, BFloat16, 8)
