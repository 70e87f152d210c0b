// The probabilities of a tile's scores, added to the sums of an image in one pass.
//
// With many classes the sums are far larger than all else that prediction touches: probabilities are made of a row of voxels,
// in the first cache, and what memory sees of them is one addition.

#include "include/ct_probabilities.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "Bridge.h"
#include "Parallel.h"
#include "VoxelBlocks.h"

using namespace segnas;

namespace {

/// A row of a box along the width.
template <class T>
struct Row {
    Image<const T> scores;  // from the row's first voxel on
    const float *weights;   // of each of its voxels
    float weight;           // of the row
    float *sums;
    int64_t class_step, voxel_step, voxels;
    int64_t next_scores;  // from a row to the next
    bool are_regions;
};

/// Asks for memory that is needed soon, for the second cache: the first one is full of the block.
template <class T>
ALWAYS_INLINE void fetch(const T *from, int64_t count) {
    constexpr int64_t line = 64 / sizeof(T);
    for (int64_t i = 0; i < count; i += line) __builtin_prefetch(from + i, 0, 2);
}

/// The sums that a block of voxels is added to, and the next row of its scores: neither lies where the processor would foresee
/// it. Behind the last row there may be no scores; to ask for them does no harm.
template <class T>
ALWAYS_INLINE void fetch_block(const Row<T> &row, int64_t start, int64_t count) {
    const auto &scores = row.scores;
    const T *next = scores.scores + row.next_scores + start * scores.voxel_stride;
    const bool is_backwards = row.voxel_step == -1;
    const float *sums = row.sums + start * row.voxel_step - (is_backwards ? count - 1 : 0);
    for (int64_t i = 0; i < scores.classes; ++i) {
        if (row.voxel_step == 1 || is_backwards) fetch(sums + i * row.class_step, count);
        fetch(next + i * (scores.voxel_stride == 1 ? scores.class_stride : count), count);
    }
}

/// What makes weights of a block's voxels out of what stands in its memory.
struct Factors {
    float of_voxel[width];
    float check[width];  // not a number where a score is none
};

/// Turns scores [classes][width] into exponentials, which their sum divides.
ALWAYS_INLINE void take_softmax(float *p, int64_t classes, Factors &factors) {
    float maximum[width], sum[width] = {};
    for (int64_t v = 0; v < width; ++v) maximum[v] = p[v];
    for (int64_t i = 1; i < classes; ++i) {
        const float *score = p + i * width;
        for (int64_t v = 0; v < width; ++v) maximum[v] = score[v] > maximum[v] ? score[v] : maximum[v];
    }
    for (int64_t i = 0; i < classes; ++i) {
        float *score = p + i * width;
        for (int64_t v = 0; v < width; ++v) {
            score[v] = exponential(score[v] - maximum[v]);
            sum[v] += score[v];
        }
    }
    for (int64_t v = 0; v < width; ++v) factors.check[v] = factors.of_voxel[v] = 1 / sum[v];
}

/// Turns scores [regions][width] into 1 / (1 + e^−s).
ALWAYS_INLINE void take_sigmoid(float *p, int64_t regions, Factors &factors) {
    for (int64_t v = 0; v < width; ++v) {
        factors.of_voxel[v] = 1;
        factors.check[v] = 0;
    }
    for (int64_t i = 0; i < regions; ++i) {
        float *score = p + i * width;
        for (int64_t v = 0; v < width; ++v) {
            score[v] = 1 / (1 + exponential(-score[v]));
            factors.check[v] += score[v];
        }
    }
}

/// Adds the first values of a block's row.
ALWAYS_INLINE void add_values(const float *p, const float *factor, int64_t count, float *sums, int64_t step) {
    if (step == 1) {
        for (int64_t v = 0; v < count; ++v) sums[v] += p[v] * factor[v];
    } else if (step == -1) {
        for (int64_t v = 0; v < count; ++v) sums[-v] += p[v] * factor[v];
    } else {
        for (int64_t v = 0; v < count; ++v) sums[v * step] += p[v] * factor[v];
    }
}

/// Adds the probabilities of a row; `memory` is that of a block, [classes][width].
template <class T>
ALWAYS_INLINE void add_row(const Row<T> &row, float *memory, bool *are_finite) {
    const int64_t classes = row.scores.classes;
    Factors factors;
    for (int64_t start = 0; start < row.voxels; start += width) {
        const int64_t count = row.voxels - start < width ? row.voxels - start : width;
        load(row.scores, start, count, memory);
        fetch_block(row, start, count);
        if (row.are_regions) {
            take_sigmoid(memory, classes, factors);
        } else {
            take_softmax(memory, classes, factors);
        }
        for (int64_t v = 0; v < width; ++v) *are_finite &= factors.check[v] == factors.check[v];
        for (int64_t v = 0; v < count; ++v) factors.of_voxel[v] *= row.weight * row.weights[start + v];
        float *sums = row.sums + start * row.voxel_step;
        for (int64_t i = 0; i < classes; ++i) {
            add_values(memory + i * width, factors.of_voxel, count, sums + i * row.class_step, row.voxel_step);
        }
    }
}

struct Box {
    ct_extent first, lengths;
};

template <class T>
bool add(
    const at::Tensor &scores, bool are_regions, const Box &box, const ct_weights &weights,
    const ct_probability_sums &sums) {
    const auto [first, lengths] = box;
    const int64_t classes = scores.size(1);
    const auto along = scores.strides();  // n, class, depth, height, width
    const T *start = elements<T>(scores) + first.depth * along[2] + first.height * along[3] + first.width * along[4];
    std::atomic<bool> all_are_finite = true;
    parallel_for(lengths.depth * lengths.height, 1, [&](int64_t begin, int64_t end) {
        std::vector<float> memory(classes * width);
        bool are_finite = true;
        for (int64_t i = begin; i < end; ++i) {
            const int64_t z = i / lengths.height, y = i % lengths.height;
            const Row<T> row{
                .scores = {start + z * along[2] + y * along[3], nullptr, classes, lengths.width, along[1], along[4]},
                .weights = weights.width,
                .weight = weights.depth[z] * weights.height[y],
                .sums = sums.first + z * sums.steps.depth + y * sums.steps.height,
                .class_step = sums.class_step,
                .voxel_step = sums.steps.width,
                .voxels = lengths.width,
                .next_scores = along[3],
                .are_regions = are_regions,
            };
            in_vectors<add_row<T>>(row, memory.data(), &are_finite);
        }
        if (!are_finite) all_are_finite = false;
    });
    return all_are_finite;
}

void check_box(const at::Tensor &scores, const Box &box) {
    check_volume(scores);
    const auto &[first, lengths] = box;
    const auto fits = [&](int64_t from, int64_t length, int64_t axis) {
        return from >= 0 && length >= 0 && from + length <= scores.size(axis);
    };
    TORCH_CHECK(
        scores.is_cpu() && scores.size(0) == 1 && scores.size(1) > 0, "scores of one image on the CPU are needed, not ",
        scores.sizes(), " on ", scores.device());
    TORCH_CHECK(
        fits(first.depth, lengths.depth, 2) && fits(first.height, lengths.height, 3) &&
            fits(first.width, lengths.width, 4),
        "the box lies outside of scores of shape ", scores.sizes());
}

}  // namespace

ct_status ct_add_probabilities(
    ct_tensor scores, bool are_regions, ct_extent first, ct_extent lengths, const ct_weights *weights,
    const ct_probability_sums *sums, bool *are_finite) {
    return guarded("probabilities", [&] {
        at::Tensor s = borrow(scores);
        const Box box{first, lengths};
        check_box(s, box);
        if (s.scalar_type() != at::kFloat && s.scalar_type() != at::kBFloat16) s = s.to(at::kFloat);
        // Either classes or voxels lie side by side.
        if (s.stride(1) != 1 && s.stride(4) != 1) s = s.contiguous();
        *are_finite = s.scalar_type() == at::kFloat ? add<float>(s, are_regions, box, *weights, *sums)
                                                    : add<BFloat16>(s, are_regions, box, *weights, *sums);
    });
}
