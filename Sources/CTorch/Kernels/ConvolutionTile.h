// A box of voxels in the memory of a block, from where tensor cores take it.
#pragma once

#include "ConvolutionArguments.h"
#include "Kernel.h"
#include "Matrices.h"

namespace segnas {

/// Where a box begins, which may be outside of the map.
struct Corner {
    int z, y, x;
};

/// Rows of voxels of 16 or 32 channels; zeros where the map has none.
template <unsigned Channels, unsigned Depth, unsigned Height, unsigned Width>
struct Tile {
    static constexpr unsigned bytes_of_row = Width * Channels * 2;

    /// The bytes before eight channels of a voxel. Voxels are 32 or 64 bytes apart, but eight in a row must lie in different
    /// banks: so the eights of channels change places from voxel to voxel.
    static ALWAYS_INLINE unsigned offset(unsigned row, unsigned x, unsigned eight) {
        const unsigned change = Channels == 16 ? x >> 2 & 1 : x >> 1 & 3;
        return row * bytes_of_row + x * Channels * 2 + (eight ^ change) * 16;
    }

    /// Begins to load an image's channels from the given one on: the block has them when it has come to a barrier after
    /// `end_copies`.
    static ALWAYS_INLINE void load(
        const ConvolvedMap &map, unsigned image, unsigned first, const Extent &of, const Corner &corner, char *tile) {
        const auto *const from = static_cast<const BFloat16 *>(map.elements) +
                                 static_cast<long long>(image) * of.depth * of.height * of.width * map.channels;
        if (map.is_even)
            load_eights(from, map.channels, first, of, corner, tile);
        else
            load_words(from, map.channels, first, of, corner, tile);
    }

  private:
    static ALWAYS_INLINE void load_eights(
        const BFloat16 *from, unsigned channels, unsigned first, const Extent &of, const Corner &corner, char *tile) {
        constexpr unsigned eights = Channels / 8;
        for (unsigned i = threadIdx.x; i < Depth * Height * Width * eights; i += blockDim.x) {
            const unsigned eight = i % eights, voxel = i / eights, row = voxel / Width, at = voxel % Width;
            const unsigned z = corner.z + row / Height, y = corner.y + row % Height, x = corner.x + at;
            const unsigned c = first + 8 * eight;
            const bool is_there = z < of.depth && y < of.height && x < of.width && c < channels;
            const unsigned element = is_there ? ((z * of.height + y) * of.width + x) * channels + c : 0;
            begin_copy(shared_address(tile + offset(row, at, eight)), from + element, is_there);
        }
    }

    /// A warp loads a row of voxels, a word of two elements in each lane.
    static ALWAYS_INLINE void load_words(
        const BFloat16 *from, unsigned channels, unsigned first, const Extent &of, const Corner &corner, char *tile) {
        for (unsigned i = threadIdx.x; i < Depth * Height * bytes_of_row / 16; i += blockDim.x)
            reinterpret_cast<uint4 *>(tile)[i] = uint4{0, 0, 0, 0};
        __syncthreads();
        const unsigned lane = threadIdx.x % 32, begin = corner.x < 0 ? -corner.x : 0;
        const unsigned rest = of.width - corner.x, end = rest < Width ? rest : Width;
        const Columns columns{channels, first, begin};
        for (unsigned row = threadIdx.x / 32; row < Depth * Height; row += blockDim.x / 32) {
            const unsigned z = corner.z + row / Height, y = corner.y + row % Height;
            if (z >= of.depth || y >= of.height) continue;
            const auto *const elements = from + ((z * of.height + y) * of.width + corner.x + begin) * channels;
            const int count = (end - begin) * channels;
            const int odd = reinterpret_cast<unsigned long long>(elements) / 2 % 2;
#pragma unroll 4
            for (int i = 2 * lane - odd; i < count; i += 64) {
                const bool has_low = i >= 0, has_high = i + 1 < count;
                unsigned word = 0;
                if (has_low && has_high)
                    word = __ldg(reinterpret_cast<const unsigned *>(elements + i));
                else if (has_low)
                    word = elements[i].bits;
                else
                    word = static_cast<unsigned>(elements[i + 1].bits) << 16;
                if (has_low) columns.store(word, i, row, tile);
                if (has_high) columns.store(word >> 16, i + 1, row, tile);
            }
        }
    }

    /// Which voxel and channel the elements of a row are.
    struct Columns {
        unsigned channels, first, begin, inverse;

        ALWAYS_INLINE Columns(unsigned channels, unsigned first, unsigned begin)
            : channels(channels), first(first), begin(begin), inverse((65535 + channels) / channels) {}

        ALWAYS_INLINE void store(unsigned bits, unsigned element, unsigned row, char *tile) const {
            // Exact for all elements of a row, which are less than 2¹¹.
            const unsigned voxel = element * inverse >> 16, c = element - voxel * channels - first;
            if (c >= Channels) return;
            const unsigned at = offset(row, begin + voxel, c / 8) + c % 8 * 2;
            *reinterpret_cast<unsigned short *>(tile + at) = static_cast<unsigned short>(bits);
        }
    };
};

}  // namespace segnas
