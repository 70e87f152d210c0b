// The sums over voxels that segmentation losses are made of, and their gradient.
//
// A block of threads works on tiles, of a voxel for each thread.
#include "ClassSumsArguments.h"
#include "VoxelTile.h"

namespace segnas {

/// The softmax of a thread's voxel, whose scores in the tile give place to their exponentials.
struct Softmax {
    const VoxelTile &tile;
    unsigned label;
    float valid;  // 1, or 0 for voxels that do not count
    float factor;
    float p_own, p_others;  // softmax of the label, and of the other classes together
    float nll;              // −ln of the label's softmax

    ALWAYS_INLINE Softmax(const VoxelTile &tile, const LabelledScores &of, unsigned image) : tile(tile) {
        const unsigned given = of.labels[static_cast<long long>(image) * of.voxels + tile.first + threadIdx.x];
        const bool counts = given < of.classes;  // what is no class either does not, or memory would be spoilt
        valid = counts ? 1 : 0;
        label = counts ? given : 0;
        float maximum = tile.at(0, threadIdx.x);
        for (unsigned i = 1; i < of.classes; ++i) {
            const float other = tile.at(i, threadIdx.x);
            maximum = other > maximum ? other : maximum;
        }
        // The label's own score stays out of the sum, so that neither −ln p nor 1 − p is a difference of near equals.
        const float own = tile.at(label, threadIdx.x) - maximum;
        float others = 0;
        for (unsigned i = 0; i < of.classes; ++i) {
            const float e = exponential(tile.at(i, threadIdx.x) - maximum);
            tile.at(i, threadIdx.x) = e;
            others += i == label ? 0 : e;
        }
        const float e = tile.at(label, threadIdx.x), sum = e + others;
        nll = own == 0 ? logarithm_of_one_plus(others) : logarithm(sum) - own;
        factor = valid / sum;
        p_own = e * factor;
        p_others = others * factor;
    }

    ALWAYS_INLINE float operator()(unsigned i) const { return tile.at(i, threadIdx.x) * factor; }
};

/// Calls body(tile) for the tiles of voxels `begin` to `end` that are `step` voxels apart, with the scores in each.
template <class T, class Body>
ALWAYS_INLINE void each_tile(
    const LabelledScores &of, float *shared, unsigned begin, unsigned end, unsigned step, Body &&body) {
    const T *const scores = static_cast<const T *>(of.scores) +
                            static_cast<long long>(blockIdx.y) * of.classes * of.voxels;
    const unsigned between = of.class_stride == 1 ? 0 : of.class_stride;
    for (unsigned first = begin; first < end; first += step) {
        const VoxelTile tile(shared, of.classes, between, first, end);
        __syncthreads();  // before the scores of the last tile give place to others
        tile.read_from(scores);
        __syncthreads();
        body(tile);
    }
}

/// Each thread has sums of its own, which are added up in the order of the threads.
template <class T>
ALWAYS_INLINE void sums(const ClassSumsArguments &a, float *shared) {
    const unsigned classes = a.of.classes, image = blockIdx.y, row = 3 * classes + 1, step = blockDim.x;
    float *const own = shared + threadIdx.x, *const tiles = shared + row * step;
    for (unsigned i = 0; i < row; ++i) own[i * step] = 0;
    const unsigned begin = blockIdx.x * a.length, rest = a.of.voxels - begin;
    const unsigned end = begin + (rest < a.length ? rest : a.length);
    const Power power{a.of.gamma, a.of.least};
    each_tile<T>(a.of, tiles, begin, end, step, [&](const VoxelTile &tile) {
        if (threadIdx.x >= tile.count) return;
        const Softmax p(tile, a.of, image);
        own[p.label * step] += p.p_own;
        for (unsigned i = 0; i < classes; ++i) own[(classes + i) * step] += p(i);
        own[(2 * classes + p.label) * step] += p.valid;
        own[3 * classes * step] += p.valid * power(p.nll) * a.of.weights[p.label];
    });
    __syncthreads();
    float *const out = a.sums + static_cast<long long>(image * a.each + blockIdx.x) * row;
    for (unsigned i = threadIdx.x; i < row; i += step) {
        float total = 0;
        for (unsigned j = 0; j < step; ++j) total += shared[i * step + (i + j) % step];
        out[i] = total;
    }
}

template <class T>
ALWAYS_INLINE void gradient(const ClassGradientArguments &a, float *shared) {
    const unsigned classes = a.of.classes, image = blockIdx.y;
    const float *const of_common = a.common + image * classes, *const of_predicted = a.predicted + image * classes;
    T *const out = static_cast<T *>(a.gradient) + static_cast<long long>(image) * classes * a.of.voxels;
    const Power power{a.of.gamma, a.of.least};
    const unsigned begin = blockIdx.x * blockDim.x, step = gridDim.x * blockDim.x;
    each_tile<T>(a.of, shared, begin, a.of.voxels, step, [&](const VoxelTile &tile) {
        if (threadIdx.x < tile.count) {
            const Softmax p(tile, a.of, image);
            float inner = 0;
            for (unsigned i = 0; i < classes; ++i) inner += of_predicted[i] * p(i);
            const float common = of_common[p.label], predicted = of_predicted[p.label];
            const float cross = p.valid * *a.cross * a.of.weights[p.label] * power.slope(p.nll);
            inner += common * p.p_own;
            const float own = p.p_own * (predicted + common - inner) - cross * p.p_others;
            inner -= cross;
            for (unsigned i = 0; i < classes; ++i) tile.at(i, threadIdx.x) = p(i) * (of_predicted[i] - inner);
            tile.at(p.label, threadIdx.x) = own;
        }
        __syncthreads();
        tile.write_to(out);
    });
}

}  // namespace segnas

using namespace segnas;

/// A block for each column of the sums.
KERNEL(class_totals, ClassTotalsArguments, 256) {
    SHARED_MEMORY(double, shared);
    const auto &a = arguments;
    const unsigned column = blockIdx.x, row = 3 * a.classes + 1;
    double cross = 0;
    for (unsigned image = 0; image < a.images; ++image) {
        double part = 0;
        for (unsigned i = threadIdx.x; i < a.each; i += blockDim.x)
            part += a.sums[static_cast<long long>(image * a.each + i) * row + column];
        const double total = sum_of_block(part, shared);
        if (threadIdx.x != 0) continue;
        float *const kinds[] = {a.common, a.predicted, a.actual};
        if (column < 3 * a.classes)
            kinds[column / a.classes][image * a.classes + column % a.classes] = static_cast<float>(total);
        else
            cross += total;
    }
    if (threadIdx.x == 0 && column == 3 * a.classes) *a.cross = static_cast<float>(cross);
}

KERNEL(class_sums_float32, ClassSumsArguments, 256) {
    SHARED_MEMORY(float, shared);
    sums<float>(arguments, shared);
}
KERNEL(class_sums_bfloat16, ClassSumsArguments, 256) {
    SHARED_MEMORY(float, shared);
    sums<BFloat16>(arguments, shared);
}
KERNEL(class_gradient_float32, ClassGradientArguments, 256) {
    SHARED_MEMORY(float, shared);
    gradient<float>(arguments, shared);
}
KERNEL(class_gradient_bfloat16, ClassGradientArguments, 256) {
    SHARED_MEMORY(float, shared);
    gradient<BFloat16>(arguments, shared);
}
