// A row of output voxels from the input's memory.
//
// The eight voxels around a position are read as four pairs that are neighbours along x: four loads, where a gather
// instruction of the processor costs as much as eight; as the loads take the time, vectors of AVX-512 and its gathers
// were measured to be no faster. Their weights are hat functions, max(0, 1 − |s − k|) at voxel k
// for position s: outside the volume they fall to zero by themselves, so that no bound is tested.

#include <cstring>

#include "Vector.h"
#include "Warp.h"

namespace segnas {

namespace {

typedef float floats __attribute__((ext_vector_type(8)));
typedef int32_t ints __attribute__((ext_vector_type(8)));
typedef double pairs __attribute__((ext_vector_type(4)));

static_assert(sizeof(floats) == warp_lanes * sizeof(float));

// Vectors are passed by reference: by value their ABI depends on the instructions that the caller is built for.

/// The larger; the number where one is not a number.
ALWAYS_INLINE void at_least(floats &x, float least) {
    x = x > least ? x : floats(least);
}
ALWAYS_INLINE void at_most(floats &x, float most) {
    x = x < most ? x : floats(most);
}

/// Weights of two neighbours along an axis; `lower` is the index of the first.
struct Neighbours {
    ints lower;
    floats low, high;
};

ALWAYS_INLINE void find_neighbours(const floats &position, int32_t extent, Neighbours &found) {
    floats base = __builtin_elementwise_floor(position);
    at_least(base, 0);
    at_most(base, static_cast<float>(extent - 2));
    found.lower = __builtin_convertvector(base, ints);
    const floats beyond = position - base;
    found.low = 1 - __builtin_elementwise_abs(beyond);
    found.high = 1 - __builtin_elementwise_abs(beyond - 1);
    at_least(found.low, 0);
    at_least(found.high, 0);
}

ALWAYS_INLINE double pair_at(const float *values) {
    double both;
    std::memcpy(&both, values, sizeof(both));
    return both;
}

/// Between the two neighbours along x, at eight offsets.
ALWAYS_INLINE void along_x(const float *values, const int32_t *offsets, const Neighbours &x, floats &result) {
    // In this order one shuffle within halves takes the pairs apart.
    const pairs a = {
        pair_at(values + offsets[0]), pair_at(values + offsets[1]), pair_at(values + offsets[4]),
        pair_at(values + offsets[5])};
    const pairs b = {
        pair_at(values + offsets[2]), pair_at(values + offsets[3]), pair_at(values + offsets[6]),
        pair_at(values + offsets[7])};
    const auto first = reinterpret_cast<const floats &>(a), second = reinterpret_cast<const floats &>(b);
    const floats low = __builtin_shufflevector(first, second, 0, 2, 8, 10, 4, 6, 12, 14);
    const floats high = __builtin_shufflevector(first, second, 1, 3, 9, 11, 5, 7, 13, 15);
    result = low * x.low + high * x.high;
}

/// Rounds a position to a voxel; `inside` loses the lanes that lie outside.
ALWAYS_INLINE void round_to_voxel(const floats &position, int32_t extent, ints &voxel, ints &inside) {
    floats rounded = __builtin_elementwise_floor(position + 0.5f);
    const ints within = (rounded >= 0.0f) & (rounded < static_cast<float>(extent));
    rounded = within ? rounded : floats(0);
    voxel = __builtin_convertvector(rounded, ints);
    inside &= within;
}

/// Positions of eight voxels.
struct Positions {
    floats x, y, z;
};

template <bool in_volume>
ALWAYS_INLINE void sample_image(
    const RowSource &source, const RowTarget &target, const Positions &at, int64_t first, int64_t count) {
    Neighbours x, y, z;
    find_neighbours(at.x, source.width, x);
    find_neighbours(at.y, source.height, y);
    if (in_volume) find_neighbours(at.z, source.depth, z);
    const ints row = in_volume ? y.lower + z.lower * source.height : y.lower;
    alignas(sizeof(ints)) int32_t offsets[warp_lanes];
    const ints offset = x.lower + row * source.width;
    std::memcpy(offsets, &offset, sizeof(offsets));
    const int64_t line = source.width, slice = line * source.height;
    for (int64_t c = 0; c < source.channels; ++c) {
        const float *values = source.image + c * source.channel_stride;
        floats near, far, sum;
        along_x(values, offsets, x, near);
        along_x(values + line, offsets, x, far);
        sum = near * y.low + far * y.high;
        if (in_volume) {
            along_x(values + slice, offsets, x, near);
            along_x(values + slice + line, offsets, x, far);
            sum = sum * z.low + (near * y.low + far * y.high) * z.high;
        }
        float *out = target.image + c * target.channel_stride + first * target.voxel_stride;
        if (target.voxel_stride == 1 && count == warp_lanes) {
            std::memcpy(out, &sum, sizeof(sum));
        } else {
            float values[warp_lanes];
            std::memcpy(values, &sum, sizeof(sum));
            for (int64_t i = 0; i < count; ++i) out[i * target.voxel_stride] = values[i];
        }
    }
}

template <bool in_volume>
ALWAYS_INLINE void sample_labels(
    const RowSource &source, const RowTarget &target, const Positions &at, int64_t first, int64_t count) {
    ints x, y, z, inside = -1;
    round_to_voxel(at.x, source.width, x, inside);
    round_to_voxel(at.y, source.height, y, inside);
    if (in_volume) round_to_voxel(at.z, source.depth, z, inside);
    const ints offset = x + (in_volume ? y + z * source.height : y) * source.width;
    int32_t offsets[warp_lanes], masks[warp_lanes];
    std::memcpy(offsets, &offset, sizeof(offsets));
    std::memcpy(masks, &inside, sizeof(masks));
    for (int64_t i = 0; i < count; ++i) {
        target.labels[first + i] = source.labels[offsets[i]] & static_cast<uint8_t>(masks[i]);
    }
}

template <bool in_volume>
ALWAYS_INLINE void sample_vector(
    const RowSource &source, const RowTarget &target, const float *positions, int64_t stride, int64_t first,
    int64_t count) {
    Positions at;
    std::memcpy(&at.x, positions + first, sizeof(floats));
    std::memcpy(&at.y, positions + stride + first, sizeof(floats));
    if (in_volume) std::memcpy(&at.z, positions + 2 * stride + first, sizeof(floats));
    sample_image<in_volume>(source, target, at, first, count);
    if (target.labels && source.labels) sample_labels<in_volume>(source, target, at, first, count);
}

/// Copies of source and target: for all that the compiler knows, writing labels, which are bytes, might change the
/// originals.
template <bool in_volume>
ALWAYS_INLINE void sample_row(RowSource source, RowTarget target, const float *positions, int64_t count) {
    const int64_t stride = padded(count), whole = count / warp_lanes * warp_lanes;
    for (int64_t first = 0; first < whole; first += warp_lanes) {
        sample_vector<in_volume>(source, target, positions, stride, first, warp_lanes);
    }
    if (whole < count) sample_vector<in_volume>(source, target, positions, stride, whole, count - whole);
    if (target.labels && !source.labels) std::memset(target.labels, 0, count);
}

#define FOR_INSTRUCTIONS(name, attribute)                                                                \
    attribute void name##_in_volume(const RowSource &s, const RowTarget &t, const float *p, int64_t n) { \
        sample_row<true>(s, t, p, n);                                                                    \
    }                                                                                                    \
    attribute void name##_in_slice(const RowSource &s, const RowTarget &t, const float *p, int64_t n) {  \
        sample_row<false>(s, t, p, n);                                                                   \
    }

FOR_INSTRUCTIONS(baseline, )
FOR_INSTRUCTIONS(avx2, __attribute__((target("arch=x86-64-v3"))))

}  // namespace

RowSamplers row_samplers(ct_instructions instructions) {
    const bool is_limited = kernel_instructions() == Instructions::baseline;
    switch (instructions) {
    case CT_INSTRUCTIONS_BEST: return row_samplers(is_limited ? CT_INSTRUCTIONS_BASELINE : CT_INSTRUCTIONS_AVX2);
    case CT_INSTRUCTIONS_BASELINE: return {baseline_in_volume, baseline_in_slice};
    case CT_INSTRUCTIONS_AVX2:
        TORCH_CHECK(__builtin_cpu_supports("x86-64-v3"), "this processor has no AVX2");
        return {avx2_in_volume, avx2_in_slice};
    }
    TORCH_CHECK(false, "unknown instructions");
}

}  // namespace segnas
