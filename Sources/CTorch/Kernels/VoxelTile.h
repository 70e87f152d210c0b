// Voxels of a map, one for each thread of a block: they are read in the order of memory, and lie in the memory that the block
// shares, turned round so that a thread finds the channels of its voxel without being in the way of others.
#pragma once

#include "Kernel.h"

namespace segnas {

/// Numbers of voxels, [C, threads], with a gap behind each row: rows begin at different banks of memory.
struct VoxelTile {
    float *values;
    unsigned channels;
    unsigned between;       // from a channel to the next; 0 where the channels of a voxel lie together
    unsigned first, count;  // voxels of the image, at most one for each thread

    /// As many voxels as there are threads, from the first one on, though none from `end` on.
    ALWAYS_INLINE VoxelTile(float *values, unsigned channels, unsigned between, unsigned first, unsigned end)
        : values(values),
          channels(channels),
          between(between),
          first(first),
          count(end - first < blockDim.x ? end - first : blockDim.x) {}

    ALWAYS_INLINE float &at(unsigned channel, unsigned voxel) const {
        return values[channel * (blockDim.x + 1) + voxel];
    }

    /// Reads the voxels of an image, in float32.
    template <class T>
    ALWAYS_INLINE void read_from(const T *image) const {
        if (has_vectors(image))
            read_all<elements_of_vector<T>>(image);
        else
            read_all<1>(image);
    }

    template <class T>
    ALWAYS_INLINE void write_to(T *image) const {
        if (has_vectors(image))
            write_all<elements_of_vector<T>>(image);
        else
            write_all<1>(image);
    }

  private:
    template <class T>
    static constexpr int elements_of_vector = 16 / sizeof(T);

    /// Whether all elements lie together, and can be taken by 16 bytes.
    template <class T>
    ALWAYS_INLINE bool has_vectors(const T *image) const {
        return between == 0 && channels * count % elements_of_vector<T> == 0 &&
               reinterpret_cast<unsigned long long>(image + first * channels) % 16 == 0;
    }

    /// Calls body(places of V numbers, element of the image) for what is this thread's to read or write.
    template <int V, class Body>
    ALWAYS_INLINE void each(Body &&body) const {
        const unsigned length = between == 0 ? channels : count;
        for (unsigned i = threadIdx.x * V; i < channels * count; i += blockDim.x * V) {
            unsigned row = i / length, column = i % length;
            const unsigned element = between == 0 ? first * channels + i : row * between + first + column;
            float *numbers[V];
            for (int k = 0; k < V; ++k) {
                numbers[k] = between == 0 ? &at(column, row) : &at(row, column);
                if (++column == length) column = 0, ++row;
            }
            body(numbers, element);
        }
    }

    template <int V, class T>
    ALWAYS_INLINE void read_all(const T *image) const {
        each<V>([&](float **numbers, unsigned element) {
            float some[V];
            read<V>(image + element, some);
            for (int k = 0; k < V; ++k) *numbers[k] = some[k];
        });
    }

    template <int V, class T>
    ALWAYS_INLINE void write_all(T *image) const {
        each<V>([&](float **numbers, unsigned element) {
            float some[V];
            for (int k = 0; k < V; ++k) some[k] = *numbers[k];
            write<V>(some, image + element);
        });
    }
};

}  // namespace segnas
