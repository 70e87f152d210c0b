// The sums over voxels that segmentation losses are made of, in one pass, and their gradient in another.
//
// Softmax is computed anew for the gradient: keeping it would take as much memory as the scores, and reading it as long.
// Voxels are taken in blocks, turned round so that a vector holds one class of many voxels.

#include "include/ct_class_sums.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <vector>

#include "Bridge.h"
#include "GpuKernels.h"
#include "Kernels/ClassSumsArguments.h"
#include "Parallel.h"
#include "VoxelBlocks.h"

using namespace segnas;

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// One block: [classes][width] numbers.
struct Block {
    float *p;            // softmax
    float valid[width];  // 1, or 0 for voxels that do not count
    uint8_t label[width];
    float p_own[width], p_others[width];  // softmax of the label, and of the other classes together
    float nll[width];                     // −ln of the label's softmax
};

template <class T>
ALWAYS_INLINE void softmax(const Image<T> &image, int64_t start, int64_t count, Block &b) {
    load(image, start, count, b.p);
    for (int64_t v = 0; v < width; ++v) {
        const uint8_t label = v < count ? image.labels[start + v] : ignored;
        b.valid[v] = label != ignored;
        b.label[v] = label == ignored ? 0 : label;
    }
    float maximum[width], own[width], factor[width], others[width] = {};
    for (int64_t v = 0; v < width; ++v) maximum[v] = b.p[v];
    for (int64_t i = 1; i < image.classes; ++i) {
        const float *score = b.p + i * width;
        for (int64_t v = 0; v < width; ++v) maximum[v] = score[v] > maximum[v] ? score[v] : maximum[v];
    }
    // The label's own score stays out of the sum, so that neither −ln p nor 1 − p is a difference of near equals.
    for (int64_t v = 0; v < width; ++v) {
        float &score = b.p[b.label[v] * width + v];
        own[v] = score - maximum[v];
        score = -__builtin_inff();
    }
    for (int64_t i = 0; i < image.classes; ++i) {
        float *score = b.p + i * width;
        for (int64_t v = 0; v < width; ++v) {
            score[v] = exponential(score[v] - maximum[v]);
            others[v] += score[v];
        }
    }
    for (int64_t v = 0; v < width; ++v) {
        const float e = exponential(own[v]), sum = e + others[v];
        b.nll[v] = own[v] == 0 ? logarithm_of_one_plus(others[v]) : logarithm(sum) - own[v];
        factor[v] = b.valid[v] / sum;  // zero for voxels that do not count
        b.p_own[v] = e * factor[v];
        b.p_others[v] = others[v] * factor[v];
    }
    for (int64_t i = 0; i < image.classes; ++i) {
        for (int64_t v = 0; v < width; ++v) b.p[i * width + v] *= factor[v];
    }
    for (int64_t v = 0; v < width; ++v) b.p[b.label[v] * width + v] = b.p_own[v];
}

/// What the cross term is made of.
struct Weights {
    const float *of_label;
    Power power;
};

/// Adds a chunk's sums to common, predicted and actual [classes] and cross.
template <class T>
ALWAYS_INLINE void add_sums(
    const Image<const T> &image, const Weights &weights, int64_t begin, int64_t end, float *block_memory,
    double *sums) {
    const int64_t classes = image.classes;
    double *common = sums, *predicted = sums + classes, *actual = sums + 2 * classes, *cross = sums + 3 * classes;
    Block b;
    b.p = block_memory;
    for (int64_t start = begin; start < end; start += width) {
        softmax(image, start, end - start < width ? end - start : width, b);
        for (int64_t i = 0; i < classes; ++i) predicted[i] += sum_of_block(b.p + i * width);
        float term[width];
        for (int64_t v = 0; v < width; ++v) {
            term[v] = b.valid[v] * weights.power(b.nll[v]);
        }
        for (int64_t v = 0; v < width; ++v) {
            const auto label = b.label[v];
            common[label] += b.p_own[v];
            actual[label] += b.valid[v];
            *cross += term[v] * weights.of_label[label];
        }
    }
}

/// Writes the gradient of a chunk's scores.
template <class T>
ALWAYS_INLINE void write_gradient(
    const Image<const T> &image, const Weights &weights, const Slopes &slopes, int64_t begin, int64_t end,
    float *block_memory, T *gradient) {
    Block b;
    b.p = block_memory;
    for (int64_t start = begin; start < end; start += width) {
        const int64_t count = end - start < width ? end - start : width;
        softmax(image, start, count, b);
        float shared[width] = {}, own[width];
        for (int64_t i = 0; i < image.classes; ++i) {
            for (int64_t v = 0; v < width; ++v) shared[v] += slopes.predicted[i] * b.p[i * width + v];
        }
        for (int64_t v = 0; v < width; ++v) {
            const auto label = b.label[v];
            const float common = slopes.common[label], predicted = slopes.predicted[label];
            const float cross = b.valid[v] * slopes.cross * weights.of_label[label] * weights.power.slope(b.nll[v]);
            shared[v] += common * b.p_own[v];
            own[v] = b.p_own[v] * (predicted + common - shared[v]) - cross * b.p_others[v];
            shared[v] -= cross;
        }
        for (int64_t i = 0; i < image.classes; ++i) {
            float *p = b.p + i * width;
            for (int64_t v = 0; v < width; ++v) p[v] *= slopes.predicted[i] - shared[v];
        }
        for (int64_t v = 0; v < width; ++v) b.p[b.label[v] * width + v] = own[v];
        store(image, b.p, start, count, gradient);
    }
}

/// [N, 3 L + 1]: common, predicted, actual, cross of each image.
template <class T>
std::vector<double> sums_of(const at::Tensor &scores, const at::Tensor &labels, const Weights &weights) {
    return sums_of_images<T>(
        scores, labels, 3 * scores.size(1) + 1,
        [&](const Image<const T> &image, int64_t begin, int64_t end, float *memory, double *sums) {
            in_vectors<add_sums<T>>(image, weights, begin, end, memory, sums);
        });
}

template <class T>
void fill(
    const at::Tensor &scores, const at::Tensor &labels, const Weights &weights, const variable_list &slopes,
    at::Tensor &gradient) {
    fill_gradient<T>(
        scores, labels, slopes[0].contiguous(), slopes[1].contiguous(), slopes.back().item<float>(), gradient,
        [&](const Image<const T> &image, const Slopes &of_image, int64_t begin, int64_t end, float *memory, T *out) {
            in_vectors<write_gradient<T>>(image, weights, of_image, begin, end, memory, out);
        });
}

// MARK: - On a GPU

struct GpuInputs {
    const at::Tensor &scores, &labels, &weights;
    double gamma, least;

    LabelledScores arguments() const {
        const auto classes = static_cast<unsigned>(scores.size(1));
        const auto voxels = static_cast<unsigned>(scores.numel() / scores.size(0) / classes);
        const bool is_channels_last = scores.is_contiguous(at::MemoryFormat::ChannelsLast3d);
        return {
            device_elements<void>(scores),
            device_elements<uint8_t>(labels),
            device_elements<float>(weights),
            static_cast<float>(gamma),
            static_cast<float>(least),
            static_cast<unsigned>(scores.size(0)),
            classes,
            voxels,
            is_channels_last ? 1 : voxels,
            is_channels_last ? classes : 1};
    }

    std::string kernel(const char *name) const { return std::string(name) + "_" + kernel_suffix(scores.scalar_type()); }
};

/// Threads of a block that have so many numbers of their own in the memory that they share, and for a tile of scores one
/// number for each class, in rows with a gap.
struct SharedMemory {
    unsigned threads = 256, bytes;

    SharedMemory(int64_t numbers, int64_t classes) {
        const auto needed = [&] { return (threads * numbers + (threads + 1) * classes) * sizeof(float); };
        while (needed() > ordinary_shared) threads /= 2;
        bytes = static_cast<unsigned>(needed());
    }
};

void gpu_sums(const GpuInputs &inputs, variable_list &out) {
    constexpr unsigned voxels_of_thread = 32, threads_of_totals = 128;
    const auto of = inputs.arguments();
    const int64_t columns = 3 * int64_t(of.classes) + 1;
    const SharedMemory shared(columns, of.classes);
    const unsigned length = shared.threads * voxels_of_thread, each = (of.voxels + length - 1) / length;
    auto sums = at::empty({of.images * each * columns}, out[0].options());
    launch(
        GpuSource::class_sums, inputs.kernel("class_sums"), inputs.scores,
        {each, of.images, shared.threads, shared.bytes},
        ClassSumsArguments{of, device_elements<float>(sums), each, length});
    launch(
        GpuSource::class_sums, "class_totals", inputs.scores,
        {static_cast<unsigned>(columns), 1, threads_of_totals, threads_of_totals * sizeof(double)},
        ClassTotalsArguments{
            device_elements<float>(std::as_const(sums)), device_elements<float>(out[0]), device_elements<float>(out[1]),
            device_elements<float>(out[2]), device_elements<float>(out[3]), of.images, of.classes, each});
}

void gpu_fill(const GpuInputs &inputs, const variable_list &slopes, at::Tensor &gradient) {
    const auto common = slopes[0].contiguous(), predicted = slopes[1].contiguous(), cross = slopes.back().contiguous();
    const ClassGradientArguments arguments{
        inputs.arguments(), device_elements<float>(common), device_elements<float>(predicted),
        device_elements<float>(cross), device_elements<void>(gradient)};
    const SharedMemory shared(0, arguments.of.classes);
    const unsigned tiles = (arguments.of.voxels + shared.threads - 1) / shared.threads;
    launch(
        GpuSource::class_sums, inputs.kernel("class_gradient"), inputs.scores,
        {std::min(tiles, 4096u), arguments.of.images, shared.threads, shared.bytes}, arguments);
}

struct ClassSums : torch::autograd::Function<ClassSums> {
    static variable_list forward(
        AutogradContext *context, const at::Tensor &given, const at::Tensor &labels, const at::Tensor &weights,
        double gamma, double least) {
        const auto scores = given.contiguous(given.suggest_memory_format());
        const int64_t images = scores.size(0), classes = scores.size(1);
        context->save_for_backward({scores, labels, weights});
        context->saved_data["gamma"] = gamma;
        context->saved_data["least"] = least;
        const auto options = scores.options().dtype(at::kFloat).memory_format(std::nullopt);
        auto matrix = [&] { return at::zeros({images, classes}, options); };
        variable_list out{matrix(), matrix(), matrix(), at::zeros({}, options)};
        context->mark_non_differentiable({out[2]});
        if (on_gpu(scores)) {
            gpu_sums({scores, labels, weights, gamma, least}, out);
            return out;
        }
        if (scores.is_meta()) return out;
        const Weights w{elements<float>(weights), {static_cast<float>(gamma), static_cast<float>(least)}};
        const auto sums = scores.scalar_type() == at::kFloat ? sums_of<float>(scores, labels, w)
                                                             : sums_of<BFloat16>(scores, labels, w);
        const int64_t row = 3 * classes + 1;
        copy_columns(sums, row, {out[0], out[1], out[2]});
        double cross = 0;
        for (int64_t n = 0; n < images; ++n) cross += sums[n * row + 3 * classes];
        *elements<float>(out[3]) = static_cast<float>(cross);
        return out;
    }

    static variable_list backward(AutogradContext *context, const variable_list &gradients) {
        const auto saved = context->get_saved_variables();
        const auto &scores = saved[0], &labels = saved[1], &weights = saved[2];
        auto gradient = at::empty_like(scores);
        if (on_gpu(scores)) {
            gpu_fill(
                {scores, labels, weights, context->saved_data["gamma"].toDouble(),
                 context->saved_data["least"].toDouble()},
                gradients, gradient);
        } else if (!scores.is_meta()) {
            const Weights w{
                elements<float>(weights),
                {static_cast<float>(context->saved_data["gamma"].toDouble()),
                 static_cast<float>(context->saved_data["least"].toDouble())}};
            if (scores.scalar_type() == at::kFloat) {
                fill<float>(scores, labels, w, gradients, gradient);
            } else {
                fill<BFloat16>(scores, labels, w, gradients, gradient);
            }
        }
        return {gradient, {}, {}, {}, {}};
    }
};

void check_inputs(const at::Tensor &scores, const at::Tensor &labels, const at::Tensor &weights) {
    check_labels(scores, labels, scores.size(1));
    TORCH_CHECK(
        weights.dim() == 1 && weights.size(0) == scores.size(1), "weights of shape ", weights.sizes(), " do not fit ",
        scores.size(1), " classes");
}

/// The same sums by libtorch's operations: on other devices and for other types.
variable_list composed_sums(
    const at::Tensor &scores, const at::Tensor &labels, const at::Tensor &weights, double gamma, double least) {
    const auto type = scores.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    const auto logarithms = at::log_softmax(scores, 1, type);
    const auto counted = labels.ne(ignored), valid = counted.unsqueeze(1);
    const auto index =
        labels.to(at::kLong).where(counted, at::zeros({}, labels.options().dtype(at::kLong))).unsqueeze(1);
    const auto p = logarithms.exp() * valid;
    const auto truth = at::zeros_like(p).scatter_(1, index, 1) * valid;
    const std::vector<int64_t> voxels{2, 3, 4};
    const auto nll = (-logarithms.gather(1, index)).clamp_min(least);
    const auto cross = (nll.pow(gamma) * weights.to(type).take(index) * valid).sum();
    return {(p * truth).sum(voxels), p.sum(voxels), truth.sum(voxels), cross};
}

}  // namespace

ct_status ct_sum_classes(
    ct_tensor scores, ct_tensor labels, ct_tensor weights, double gamma, double least, ct_class_sums *out) {
    return guarded("class sums", [&] {
        const auto s = borrow(scores), l = borrow(labels).contiguous(), w = borrow(weights).contiguous();
        check_inputs(s, l, w);
        const bool has_type = s.scalar_type() == at::kFloat || s.scalar_type() == at::kBFloat16;
        const bool is_fused = has_type && (on_host(s) || has_gpu_kernels(GpuSource::class_sums, s));
        auto sums = is_fused ? ClassSums::apply(s, l, w.to(at::kFloat), gamma, least)
                             : composed_sums(s, l, w, gamma, least);
        out->common = give(sums[0]);
        out->predicted = give(sums[1]);
        out->actual = give(sums[2]);
        out->cross = give(sums[3]);
    });
}
