// The sums over voxels that segmentation losses are made of, and their gradient: a thread computes the softmax of a voxel.
#include "ClassSumsArguments.h"
#include "Kernel.h"

namespace segnas {

/// The softmax of one voxel, whose scores are read anew for each class: they stay in the cache.
template <class T>
struct Softmax {
    const T *scores;
    unsigned stride, label;
    float valid;  // 1, or 0 for voxels that do not count
    float maximum, factor;
    float p_own, p_others;  // softmax of the label, and of the other classes together
    float nll;              // −ln of the label's softmax

    ALWAYS_INLINE float score(unsigned i) const { return to_float(scores[static_cast<long long>(i) * stride]); }

    ALWAYS_INLINE Softmax(const LabelledScores &of, unsigned image, unsigned voxel)
        : scores(
              static_cast<const T *>(of.scores) + static_cast<long long>(image) * of.classes * of.voxels +
              static_cast<long long>(voxel) * of.voxel_stride),
          stride(of.class_stride) {
        const unsigned given = of.labels[static_cast<long long>(image) * of.voxels + voxel];
        const bool counts = given < of.classes;  // what is no class either does not, or memory would be spoilt
        valid = counts ? 1 : 0;
        label = counts ? given : 0;
        maximum = score(0);
        for (unsigned i = 1; i < of.classes; ++i) {
            const float other = score(i);
            maximum = other > maximum ? other : maximum;
        }
        // The label's own score stays out of the sum, so that neither −ln p nor 1 − p is a difference of near equals.
        float others = 0;
        for (unsigned i = 0; i < of.classes; ++i) others += i == label ? 0 : exponential(score(i) - maximum);
        const float own = score(label) - maximum, e = exponential(own), sum = e + others;
        nll = own == 0 ? logarithm_of_one_plus(others) : logarithm(sum) - own;
        factor = valid / sum;
        p_own = e * factor;
        p_others = others * factor;
    }

    ALWAYS_INLINE float operator()(unsigned i) const {
        return i == label ? p_own : exponential(score(i) - maximum) * factor;
    }
};

/// Each thread has sums of its own, which are added up in the order of the threads.
template <class T>
ALWAYS_INLINE void sums(const ClassSumsArguments &a, float *shared) {
    const unsigned classes = a.of.classes, image = blockIdx.y, row = 3 * classes + 1, step = blockDim.x;
    float *const own = shared + threadIdx.x;
    for (unsigned i = 0; i < row; ++i) own[i * step] = 0;
    const unsigned begin = blockIdx.x * a.length, rest = a.of.voxels - begin;
    const unsigned end = begin + (rest < a.length ? rest : a.length);
    const Power power{a.of.gamma, a.of.least};
    for (unsigned voxel = begin + threadIdx.x; voxel < end; voxel += step) {
        const Softmax<T> p(a.of, image, voxel);
        own[p.label * step] += p.p_own;
        for (unsigned i = 0; i < classes; ++i) own[(classes + i) * step] += p(i);
        own[(2 * classes + p.label) * step] += p.valid;
        own[3 * classes * step] += p.valid * power(p.nll) * a.of.weights[p.label];
    }
    __syncthreads();
    float *const out = a.sums + static_cast<long long>(image * a.each + blockIdx.x) * row;
    for (unsigned i = threadIdx.x; i < row; i += step) {
        float total = 0;
        for (unsigned j = 0; j < step; ++j) total += shared[i * step + (i + j) % step];
        out[i] = total;
    }
}

template <class T>
ALWAYS_INLINE void gradient(const ClassGradientArguments &a) {
    const unsigned classes = a.of.classes, image = blockIdx.y;
    const float *const of_common = a.common + image * classes, *const of_predicted = a.predicted + image * classes;
    const Power power{a.of.gamma, a.of.least};
    for (unsigned voxel = blockIdx.x * blockDim.x + threadIdx.x; voxel < a.of.voxels; voxel += gridDim.x * blockDim.x) {
        const Softmax<T> p(a.of, image, voxel);
        float shared = 0;
        for (unsigned i = 0; i < classes; ++i) shared += of_predicted[i] * p(i);
        const float common = of_common[p.label], predicted = of_predicted[p.label];
        const float cross = p.valid * *a.cross * a.of.weights[p.label] * power.slope(p.nll);
        shared += common * p.p_own;
        const float own = p.p_own * (predicted + common - shared) - cross * p.p_others;
        shared -= cross;
        T *const out = static_cast<T *>(a.gradient) + static_cast<long long>(image) * classes * a.of.voxels +
                       static_cast<long long>(voxel) * a.of.voxel_stride;
        for (unsigned i = 0; i < classes; ++i) {
            const float value = i == p.label ? own : p(i) * (of_predicted[i] - shared);
            out[static_cast<long long>(i) * a.of.class_stride] = from_float<T>(value);
        }
    }
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
    gradient<float>(arguments);
}
KERNEL(class_gradient_bfloat16, ClassGradientArguments, 256) {
    gradient<BFloat16>(arguments);
}
