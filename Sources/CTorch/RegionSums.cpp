// The sums over voxels that losses of regions are made of, in one pass, and their gradient in another.
//
// As for classes, what can be computed again is not kept: the targets, too, are looked up from the labels each time.

#include "include/ct_region_sums.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <vector>

#include "Bridge.h"
#include "Parallel.h"
#include "VoxelBlocks.h"

using namespace segnas;

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Labels that a byte can hold.
constexpr int64_t label_count = 256;

/// What the regions are, and what the cross term is made of.
struct Regions {
    const float *members;  // [R][256], 0 for labels that there are not
    const float *weights;  // [R][2]
    Power power;
};

/// One region of a block of voxels.
struct RegionBlock {
    float valid[width];  // 1, or 0 for voxels that do not count
    uint8_t label[width];
    float inside[width];            // t
    float p[width];                 // sigmoid
    float q[width], others[width];  // the probability of what is true, and 1 less it
    float nll[width];               // −ln q
};

template <class T>
ALWAYS_INLINE void read_labels(const Image<T> &image, int64_t start, int64_t count, RegionBlock &b) {
    for (int64_t v = 0; v < width; ++v) {
        const uint8_t label = v < count ? image.labels[start + v] : ignored;
        b.valid[v] = label != ignored;
        b.label[v] = label == ignored ? 0 : label;
    }
}

/// Neither −ln q nor 1 − q is a difference of near equals: both come from e^−|s|.
ALWAYS_INLINE void sigmoid(const float *scores, const float *members, RegionBlock &b) {
    for (int64_t v = 0; v < width; ++v) b.inside[v] = members[b.label[v]];
    for (int64_t v = 0; v < width; ++v) {
        const float z = b.inside[v] > 0 ? scores[v] : -scores[v];
        const float e = exponential(z < 0 ? z : -z);
        const float large = 1 / (1 + e), small = e * large;
        b.q[v] = z < 0 ? small : large;
        b.others[v] = z < 0 ? large : small;
        b.nll[v] = (z < 0 ? -z : 0) + logarithm_of_one_plus(e);
        b.p[v] = b.inside[v] > 0 ? b.q[v] : b.others[v];
    }
}

/// Adds a chunk's sums to common, predicted and actual [regions], counted and cross.
template <class T>
ALWAYS_INLINE void add_sums(
    const Image<const T> &image, const Regions &regions, int64_t begin, int64_t end, float *scores, double *sums) {
    const int64_t count = image.classes;
    double *common = sums, *predicted = sums + count, *actual = sums + 2 * count, *counted = sums + 3 * count;
    double *cross = counted + 1;
    RegionBlock b;
    for (int64_t start = begin; start < end; start += width) {
        const int64_t voxels = end - start < width ? end - start : width;
        load(image, start, voxels, scores);
        read_labels(image, start, voxels, b);
        *counted += sum_of_block(b.valid);
        for (int64_t i = 0; i < count; ++i) {
            sigmoid(scores + i * width, regions.members + i * label_count, b);
            const float outer = regions.weights[2 * i], inner = regions.weights[2 * i + 1];
            float term[width];
            for (int64_t v = 0; v < width; ++v) {
                term[v] = b.valid[v] * (b.inside[v] > 0 ? inner : outer) * regions.power(b.nll[v]);
            }
            *cross += sum_of_block(term);
            for (int64_t v = 0; v < width; ++v) b.p[v] *= b.valid[v];
            predicted[i] += sum_of_block(b.p);
            for (int64_t v = 0; v < width; ++v) b.p[v] *= b.inside[v];
            common[i] += sum_of_block(b.p);
            for (int64_t v = 0; v < width; ++v) b.inside[v] *= b.valid[v];
            actual[i] += sum_of_block(b.inside);
        }
    }
}

/// Writes the gradient of a chunk's scores.
template <class T>
ALWAYS_INLINE void write_gradient(
    const Image<const T> &image, const Regions &regions, const Slopes &slopes, int64_t begin, int64_t end,
    float *scores, T *gradient) {
    RegionBlock b;
    for (int64_t start = begin; start < end; start += width) {
        const int64_t voxels = end - start < width ? end - start : width;
        load(image, start, voxels, scores);
        read_labels(image, start, voxels, b);
        for (int64_t i = 0; i < image.classes; ++i) {
            float *s = scores + i * width;
            sigmoid(s, regions.members + i * label_count, b);
            const float outer = slopes.cross * regions.weights[2 * i];
            const float inner = slopes.cross * regions.weights[2 * i + 1];
            for (int64_t v = 0; v < width; ++v) {
                const bool is_inside = b.inside[v] > 0;
                const float of_p = slopes.predicted[i] + (is_inside ? slopes.common[i] : 0);
                // −ln q falls with the score inside of the region, and rises outside.
                const float cross = (is_inside ? -inner : outer) * regions.power.slope(b.nll[v]);
                s[v] = b.valid[v] * b.others[v] * (b.q[v] * of_p + cross);
            }
        }
        store(image, scores, start, voxels, gradient);
    }
}

/// Members [R, L] as a table of all labels.
std::vector<float> table_of(const at::Tensor &members) {
    const int64_t regions = members.size(0), labels = members.size(1);
    std::vector<float> table(regions * label_count);
    for (int64_t i = 0; i < regions; ++i) {
        std::copy_n(elements<float>(members) + i * labels, labels, &table[i * label_count]);
    }
    return table;
}

/// [N, 3 R + 2]: common, predicted, actual, counted, cross of each image.
template <class T>
std::vector<double> sums_of(const at::Tensor &scores, const at::Tensor &labels, const Regions &regions) {
    return sums_of_images<T>(
        scores, labels, 3 * scores.size(1) + 2,
        [&](const Image<const T> &image, int64_t begin, int64_t end, float *memory, double *sums) {
            in_vectors<add_sums<T>>(image, regions, begin, end, memory, sums);
        });
}

template <class T>
void fill(
    const at::Tensor &scores, const at::Tensor &labels, const Regions &regions, const variable_list &slopes,
    at::Tensor &gradient) {
    fill_gradient<T>(
        scores, labels, slopes[0].contiguous(), slopes[1].contiguous(), slopes.back().item<float>(), gradient,
        [&](const Image<const T> &image, const Slopes &of_image, int64_t begin, int64_t end, float *memory, T *out) {
            in_vectors<write_gradient<T>>(image, regions, of_image, begin, end, memory, out);
        });
}

struct RegionSums : torch::autograd::Function<RegionSums> {
    static variable_list forward(
        AutogradContext *context, const at::Tensor &given, const at::Tensor &labels, const at::Tensor &members,
        const at::Tensor &weights, double gamma, double least) {
        const auto scores = given.contiguous(given.suggest_memory_format());
        const int64_t images = scores.size(0), count = scores.size(1);
        context->save_for_backward({scores, labels, members, weights});
        context->saved_data["gamma"] = gamma;
        context->saved_data["least"] = least;
        const auto options = scores.options().dtype(at::kFloat).memory_format(std::nullopt);
        auto matrix = [&] { return at::zeros({images, count}, options); };
        variable_list out{matrix(), matrix(), matrix(), at::zeros({images}, options), at::zeros({}, options)};
        context->mark_non_differentiable({out[2], out[3]});
        if (scores.is_meta()) return out;
        const auto table = table_of(members);
        const Regions regions{
            table.data(), elements<float>(weights), {static_cast<float>(gamma), static_cast<float>(least)}};
        const auto sums = scores.scalar_type() == at::kFloat ? sums_of<float>(scores, labels, regions)
                                                             : sums_of<BFloat16>(scores, labels, regions);
        const int64_t row = 3 * count + 2;
        copy_columns(sums, row, {out[0], out[1], out[2]});
        double cross = 0;
        for (int64_t n = 0; n < images; ++n) {
            elements<float>(out[3])[n] = static_cast<float>(sums[n * row + 3 * count]);
            cross += sums[n * row + 3 * count + 1];
        }
        *elements<float>(out[4]) = static_cast<float>(cross);
        return out;
    }

    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        const auto saved = context->get_saved_variables();
        const auto &scores = saved[0], &labels = saved[1], &weights = saved[3];
        auto gradient = at::empty_like(scores);
        if (!scores.is_meta()) {
            const auto table = table_of(saved[2]);
            const Regions regions{
                table.data(),
                elements<float>(weights),
                {static_cast<float>(context->saved_data["gamma"].toDouble()),
                 static_cast<float>(context->saved_data["least"].toDouble())}};
            if (scores.scalar_type() == at::kFloat) {
                fill<float>(scores, labels, regions, gradients, gradient);
            } else {
                fill<BFloat16>(scores, labels, regions, gradients, gradient);
            }
        }
        return {gradient, {}, {}, {}, {}, {}};
    }
};

void check_inputs(
    const at::Tensor &scores, const at::Tensor &labels, const at::Tensor &members, const at::Tensor &weights) {
    const int64_t regions = scores.size(1);
    TORCH_CHECK(
        members.dim() == 2 && members.size(0) == regions, "members of shape ", members.sizes(), " do not fit ", regions,
        " regions");
    TORCH_CHECK(
        weights.dim() == 2 && weights.size(0) == regions && weights.size(1) == 2, "weights of shape ", weights.sizes(),
        " do not fit ", regions, " regions");
    check_labels(scores, labels, members.size(1));
}

/// The same sums by libtorch's operations: on other devices and for other types.
variable_list composed_sums(
    const at::Tensor &scores, const at::Tensor &labels, const at::Tensor &members, const at::Tensor &weights,
    double gamma, double least) {
    const auto type = scores.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    const auto counted = labels.ne(ignored), valid = counted.unsqueeze(1);
    const auto index = labels.to(at::kLong).where(counted, at::zeros({}, labels.options().dtype(at::kLong)));
    // [R, N · D · H · W] to [N, R, D, H, W]
    const auto truth = members.to(type)
                           .index_select(1, index.flatten())
                           .view({scores.size(1), labels.size(0), labels.size(1), labels.size(2), labels.size(3)})
                           .transpose(0, 1);
    const auto inside = truth.gt(0), s = scores.to(type);
    const auto nll = (-at::log_sigmoid(at::where(inside, s, -s))).clamp_min(least);
    const auto table = weights.to(type).view({1, scores.size(1), 2, 1, 1, 1});
    const auto weight = at::where(inside, table.select(2, 1), table.select(2, 0));
    const std::vector<int64_t> voxels{2, 3, 4};
    const auto p = s.sigmoid() * valid;
    return {
        (p * truth).sum(voxels), p.sum(voxels), (truth * valid).sum(voxels), counted.to(type).sum({1, 2, 3}),
        (nll.pow(gamma) * weight * valid).sum()};
}

}  // namespace

ct_status ct_sum_regions(
    ct_tensor scores, ct_tensor labels, ct_tensor members, ct_tensor weights, double gamma, double least,
    ct_region_sums *out) {
    return guarded("region sums", [&] {
        const auto s = borrow(scores), l = borrow(labels).contiguous();
        const auto m = borrow(members).contiguous(), w = borrow(weights).contiguous();
        check_volume(s);
        check_inputs(s, l, m, w);
        const bool is_fused = on_host(s) && (s.scalar_type() == at::kFloat || s.scalar_type() == at::kBFloat16);
        auto sums = is_fused ? RegionSums::apply(s, l, m.to(at::kFloat), w.to(at::kFloat), gamma, least)
                             : composed_sums(s, l, m, w, gamma, least);
        out->common = give(sums[0]);
        out->predicted = give(sums[1]);
        out->actual = give(sums[2]);
        out->counted = give(sums[3]);
        out->cross = give(sums[4]);
    });
}
