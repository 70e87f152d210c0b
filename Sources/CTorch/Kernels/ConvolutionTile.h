// A box of voxels in the memory of a block, from where tensor cores take it.
#pragma once

#include "ConvolutionArguments.h"
#include "Kernel.h"
#include "Matrices.h"

namespace segnas {

/// The voxel of a map with which a box begins; it may lie outside.
struct Corner {
    int z, y, x;

    ALWAYS_INLINE bool lies_in(const Boxes &boxes) const {
        return z < static_cast<int>(boxes.depth) && y < static_cast<int>(boxes.height) &&
               x < static_cast<int>(boxes.width);
    }
};

/// Of the outputs of a map's boxes: those that share their voxels' rows follow each other.
ALWAYS_INLINE Corner corner_of_box(const Boxes &boxes, unsigned box) {
    const auto first = [&](unsigned i, unsigned length) {
        return static_cast<int>(i / boxes.step * length * boxes.step + i % boxes.step);
    };
    return {
        first(box / boxes.columns / boxes.rows % boxes.slabs, box_depth),
        first(box / boxes.columns % boxes.rows, box_height), first(box % boxes.columns, box_width)};
}

/// Rows of voxels of 16 or 32 channels; zeros where the map has none.
template <unsigned Channels, unsigned Depth, unsigned Height, unsigned Width>
struct Tile {
    static constexpr unsigned bytes_of_row = Width * Channels * 2;

    /// The bytes before eight channels of a voxel. Voxels are 32 or 64 bytes apart, but eight in a row must lie in
    /// different banks: so the eights of channels change places from voxel to voxel.
    static ALWAYS_INLINE unsigned offset(unsigned row, unsigned x, unsigned eight) {
        const unsigned change = Channels == 16 ? x >> 2 & 1 : x >> 1 & 3;
        return row * bytes_of_row + x * Channels * 2 + (eight ^ change) * 16;
    }

    /// Begins to load an image's channels from the given one on: the block has them when it has come to a barrier after
    /// `end_copies`. A warp that has registers for them loads several rows at once.
    template <unsigned Rows>
    static ALWAYS_INLINE void load(
        const ConvolvedMap &map, unsigned image, unsigned first, const Boxes &of, const Corner &corner, char *tile) {
        const auto *const from = static_cast<const BFloat16 *>(map.elements) +
                                 static_cast<long long>(image) * of.depth * of.height * of.width * map.channels;
        if (map.is_even) {
            load_eights(from, map.channels, first, of, corner, tile);
            return;
        }
        for (unsigned i = threadIdx.x; i < Depth * Height * bytes_of_row / 16; i += blockDim.x)
            reinterpret_cast<uint4 *>(tile)[i] = uint4{0, 0, 0, 0};
        __syncthreads();
        const Row row(from, map.channels, first, of, corner);
        if (map.channels % 2 == 0)
            load_words(row, tile);
        else
            load_rows<Rows>(row, tile);
    }

  private:
    static ALWAYS_INLINE void load_eights(
        const BFloat16 *from, unsigned channels, unsigned first, const Boxes &of, const Corner &corner, char *tile) {
        constexpr unsigned eights = Channels / 8;
#pragma unroll 2
        for (unsigned i = threadIdx.x; i < Depth * Height * Width * eights; i += blockDim.x) {
            const unsigned eight = i % eights, voxel = i / eights, row = voxel / Width, column = voxel % Width;
            const unsigned z = corner.z + row / Height * of.step, y = corner.y + row % Height * of.step;
            const unsigned x = corner.x + column * of.step, c = first + 8 * eight;
            const bool is_there = z < of.depth && y < of.height && x < of.width && c < channels;
            const unsigned element = is_there ? ((z * of.height + y) * of.width + x) * channels + c : 0;
            begin_copy(shared_address(tile + offset(row, column, eight)), from + element, is_there);
        }
    }

    struct Row;

    /// A lane copies two elements at a time: they are of the same voxel, and of the same eight channels.
    static ALWAYS_INLINE void load_words(const Row &row, char *tile) {
        const unsigned lane = threadIdx.x % 32;
#pragma unroll 1
        for (unsigned i = threadIdx.x / 32; i < Depth * Height; i += blockDim.x / 32) {
            const BFloat16 *const elements = row.elements(i);
            if (!elements) continue;
            for (unsigned element = 2 * lane; element < row.count; element += 64) {
                char *const place = row.place(element, i, tile);
                if (place) begin_copy_of_word(shared_address(place), elements + element);
            }
        }
    }

    /// Rows of the map begin anywhere. A lane loads 16 bytes at a time of all rows that its warp loads at once.
    template <unsigned Rows>
    static ALWAYS_INLINE void load_rows(const Row &row, char *tile) {
        constexpr unsigned pieces = 2;
        const unsigned warps = blockDim.x / 32;
#pragma unroll 1
        for (unsigned begin = threadIdx.x / 32; begin < Depth * Height; begin += Rows * warps) {
#pragma unroll 1
            for (unsigned start = 0; start < row.pieces(); start += pieces) {
                uint4 loaded[Rows][pieces];
#pragma unroll
                for (unsigned i = 0; i < Rows; ++i)
#pragma unroll
                    for (unsigned piece = 0; piece < pieces; ++piece)
                        loaded[i][piece] = row.load(begin + i * warps, start + piece);
#pragma unroll
                for (unsigned i = 0; i < Rows; ++i)
#pragma unroll
                    for (unsigned piece = 0; piece < pieces; ++piece)
                        row.store(loaded[i][piece], begin + i * warps, start + piece, tile);
            }
        }
    }

    /// The part of a row of the box that lies in the map.
    struct Row {
        const BFloat16 *from;
        const Boxes &of;
        const Corner &corner;
        unsigned channels, first, begin, count, inverse;

        ALWAYS_INLINE Row(
            const BFloat16 *from, unsigned channels, unsigned first, const Boxes &of, const Corner &corner)
            : from(from),
              of(of),
              corner(corner),
              channels(channels),
              first(first),
              begin(corner.x < 0 ? (of.step - 1 - corner.x) / of.step : 0),
              inverse((65535 + channels) / channels) {
            const unsigned rest = of.width - corner.x - begin * of.step, whole = (Width - 1 - begin) * of.step + 1;
            count = (rest < whole ? rest : whole) * channels;
        }

        /// Pieces of 32 lanes with 8 elements each, of which 7 may lie before the row.
        ALWAYS_INLINE unsigned pieces() const { return (count + 7 + 255) / 256; }

        /// The row's first element in the map; null if it lies outside.
        ALWAYS_INLINE const BFloat16 *elements(unsigned row) const {
            const unsigned z = corner.z + row / Height * of.step, y = corner.y + row % Height * of.step;
            if (row >= Depth * Height || z >= of.depth || y >= of.height) return nullptr;
            return from + ((z * of.height + y) * of.width + corner.x + begin * of.step) * channels;
        }

        /// The element with which the 16 bytes begin that a lane loads: multiples of 16 bytes may lie before the row.
        static ALWAYS_INLINE int element(const BFloat16 *elements, unsigned piece) {
            return static_cast<int>(8 * (threadIdx.x % 32 + 32 * piece)) -
                   static_cast<int>(reinterpret_cast<unsigned long long>(elements) % 16 / 2);
        }

        ALWAYS_INLINE uint4 load(unsigned row, unsigned piece) const {
            const BFloat16 *const elements = this->elements(row);
            const int i = element(elements, piece);
            if (!elements || i >= static_cast<int>(count)) return {};
            const auto *const end = from + of.depth * of.height * of.width * channels;
            if (elements + i + 8 <= end) return __ldg(reinterpret_cast<const uint4 *>(elements + i));
            unsigned words[4] = {};
#pragma unroll
            for (unsigned k = 0; k < 8; ++k)
                if (elements + i + k < end) words[k / 2] |= static_cast<unsigned>(elements[i + k].bits) << 16 * (k % 2);
            return {words[0], words[1], words[2], words[3]};
        }

        ALWAYS_INLINE void store(const uint4 &loaded, unsigned row, unsigned piece, char *tile) const {
            const BFloat16 *const elements = this->elements(row);
            const int start = element(elements, piece);
            if (!elements || start >= static_cast<int>(count)) return;
            const unsigned words[] = {loaded.x, loaded.y, loaded.z, loaded.w};
#pragma unroll
            for (int k = 0; k < 8; ++k) {
                if (start + k < 0 || start + k >= static_cast<int>(count)) continue;
                char *const place = this->place(start + k, row, tile);
                const unsigned bits = words[k / 2] >> 16 * (k % 2);
                if (place) *reinterpret_cast<unsigned short *>(place) = static_cast<unsigned short>(bits);
            }
        }

        /// Where an element of a row belongs; null for channels and voxels that the box does not have.
        ALWAYS_INLINE char *place(unsigned element, unsigned row, char *tile) const {
            // Exact for all elements of a row, which are less than 2¹¹.
            const unsigned voxel = element * inverse >> 16, c = element - voxel * channels - first;
            if (c >= Channels || voxel % of.step != 0) return nullptr;
            return tile + offset(row, begin + voxel / of.step, c / 8) + c % 8 * 2;
        }
    };
};

}  // namespace segnas
