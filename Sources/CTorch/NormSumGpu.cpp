#include "NormSumGpu.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <numeric>

#include "GpuKernels.h"
#include "Kernels/NormSumArguments.h"

namespace segnas {

namespace {

constexpr auto source = GpuSource::norm_sum;

/// A thread's sums are always of the same channels, and a block has at most so many threads.
constexpr int64_t most_channels = 1024;
/// Elements of a part: enough that its sums cost little, and little enough that each is exact in float32.
constexpr int64_t elements_of_part = 32768;
constexpr unsigned threads_of_fold = 128;

MapShape shape_of(const at::Tensor &x) {
    return {
        static_cast<unsigned>(x.size(0)), static_cast<unsigned>(x.size(1)),
        static_cast<unsigned>(x.numel() / x.size(0))};
}

/// How an image is cut, and the blocks that read it.
struct PartPlan {
    Parts parts;
    Grid grid;

    PartPlan(const MapShape &map, unsigned width) {
        // So many threads have whole rows.
        const unsigned rows = map.channels / std::gcd(map.channels, width);
        parts.active = std::max(256 / rows, 1u) * rows;
        const unsigned step = parts.active * width;
        parts.length = std::max<unsigned>(elements_of_part / step, 1) * step;
        parts.each = (map.elements + parts.length - 1) / parts.length;
        const unsigned threads = std::max(256u, (parts.active + 31) / 32 * 32);
        const unsigned shared = (step + threads) * sizeof(float);
        grid = {parts.each, map.images, threads, shared};
    }
};

unsigned width_for(const at::Tensor &x, std::initializer_list<at::Tensor> tensors) {
    const unsigned width = vector_width(x.scalar_type(), {x.numel() / x.size(0)}, tensors);
    const auto channels = static_cast<unsigned>(x.size(1));
    // Kernels that take several elements at a time have at most so many threads, for more registers.
    return channels / std::gcd(channels, width) <= 256 ? width : 1;
}

at::Tensor floats(const at::Tensor &like, int64_t count) {
    return at::empty({count}, at::TensorOptions().dtype(at::kFloat).device(like.device()));
}

int64_t groups_of(const at::Tensor &x, bool is_by_image) {
    return is_by_image ? x.size(0) : 1;
}

GpuTerm gpu_term(const Term &term, const at::Tensor &keep) {
    return {
        device_elements<void>(term.x),
        device_elements<float>(term.mean),
        device_elements<float>(term.scale),
        device_elements<float>(term.shift),
        term.is_dropped ? device_elements<float>(keep) : nullptr,
        term.is_by_image,
        term.has_relu,
        term.slope};
}

/// The sums of a map's values that its statistics are made of.
struct MapSums {
    at::Tensor pivots, sums;
    unsigned each;
};

MapSums sum_values(const at::Tensor &x, bool is_by_image) {
    const auto map = shape_of(x);
    const unsigned width = width_for(x, {x});
    const PartPlan plan(map, width);
    auto pivots = floats(x, groups_of(x, is_by_image) * map.channels);
    auto sums = floats(x, int64_t(map.images) * plan.parts.each * 2 * map.channels);
    const MomentsArguments arguments{device_elements<void>(x),
                                     device_elements<float>(pivots),
                                     device_elements<float>(sums),
                                     is_by_image,
                                     plan.parts,
                                     map};
    launch(source, "moments_" + kernel_suffix(x.scalar_type(), width), x, plan.grid, arguments);
    return {pivots, sums, plan.parts.each};
}

void fold_statistics(const at::Tensor &x, const StatisticsArguments &arguments) {
    const auto groups = static_cast<unsigned>(groups_of(x, arguments.is_by_image));
    launch(
        source, "statistics", x, {arguments.map.channels, groups, threads_of_fold, threads_of_fold * sizeof(double)},
        arguments);
}

}  // namespace

bool has_gpu_norm_sum(const at::Tensor &x) {
    return has_gpu_kernels(source, x) && x.size(1) <= most_channels &&
           x.is_contiguous(at::MemoryFormat::ChannelsLast3d);
}

GpuMoments gpu_moments(const at::Tensor &x) {
    GpuMoments found{floats(x, x.size(1)), floats(x, x.size(1))};
    const auto values = sum_values(x, /*is_by_image=*/false);
    StatisticsArguments arguments{};
    arguments.pivots = device_elements<float>(values.pivots);
    arguments.sums = device_elements<float>(values.sums);
    arguments.mean = device_elements<float>(found.mean);
    arguments.variance = device_elements<float>(found.variance);
    arguments.each = values.each;
    arguments.map = shape_of(x);
    fold_statistics(x, arguments);
    return found;
}

void gpu_normalize(Term &term, const ct_term &given, bool training) {
    const auto &x = term.x;
    const auto weight = borrow(given.weight).contiguous(), bias = borrow(given.bias).contiguous();
    const int64_t count = groups_of(x, term.is_by_image) * x.size(1);
    for (auto *part : {&term.mean, &term.inverse, &term.scale, &term.shift}) *part = floats(x, count);
    const bool is_own = !term.is_given && (training || term.is_by_image);
    StatisticsArguments arguments{};
    MapSums values;
    at::Tensor mean, variance;
    if (is_own) {
        values = sum_values(x, term.is_by_image);
        arguments.pivots = device_elements<float>(values.pivots);
        arguments.sums = device_elements<float>(values.sums);
        arguments.each = values.each;
    } else {
        mean = borrow(term.is_given ? given.mean : given.running_mean).contiguous();
        variance = borrow(term.is_given ? given.variance : given.running_variance).contiguous();
        arguments.given_mean = device_elements<float>(std::as_const(mean));
        arguments.given_variance = device_elements<float>(std::as_const(variance));
    }
    if (is_own && !term.is_by_image) {
        auto running_mean = borrow(given.running_mean), running_variance = borrow(given.running_variance);
        arguments.running_mean = device_elements<float>(running_mean);
        arguments.running_variance = device_elements<float>(running_variance);
    }
    arguments.weight = device_elements<float>(weight);
    arguments.bias = device_elements<float>(bias);
    arguments.mean = device_elements<float>(term.mean);
    arguments.inverse = device_elements<float>(term.inverse);
    arguments.scale = device_elements<float>(term.scale);
    arguments.shift = device_elements<float>(term.shift);
    arguments.epsilon = given.epsilon;
    arguments.momentum = given.momentum;
    arguments.is_by_image = term.is_by_image;
    arguments.map = shape_of(x);
    fold_statistics(x, arguments);
}

void gpu_sum(const NormSum &sum, at::Tensor &y) {
    SumArguments arguments{};
    unsigned width = width_for(y, {y});
    for (const auto &term : sum.terms) {
        width = std::min(width, width_for(y, {term.x}));
        arguments.terms[arguments.count++] = gpu_term(term, sum.keep);
    }
    arguments.y = device_elements<void>(y);
    arguments.map = shape_of(y);
    launch(
        source, "sum_" + kernel_suffix(y.scalar_type(), width), y,
        Grid::over(arguments.map.elements, width, arguments.map.images), arguments);
}

NormGradients gpu_gradients(const NormSum &sum, size_t index, const at::Tensor &dy, bool training) {
    const auto &term = sum.terms[index];
    const auto map = shape_of(term.x);
    const int64_t channels = map.channels, count = groups_of(term.x, term.is_by_image) * channels;
    NormGradients out{at::empty_like(term.x), floats(dy, channels), floats(dy, channels), {}, {}};
    if (term.is_given) out.mean = floats(dy, channels), out.variance = floats(dy, channels);
    const unsigned width = width_for(dy, {dy, term.x, out.x});
    const auto suffix = kernel_suffix(dy.scalar_type(), width);
    const PartPlan plan(map, width);
    auto sums = floats(dy, int64_t(map.images) * plan.parts.each * 2 * channels);
    const GradientSumsArguments of_sums{
        gpu_term(term, sum.keep), device_elements<void>(dy), device_elements<float>(sums), plan.parts, map};
    launch(source, "gradient_sums_" + suffix, dy, plan.grid, of_sums);

    auto offset = floats(dy, count), incline = floats(dy, count);
    ParameterGradientsArguments of_parameters{};
    of_parameters.sums = device_elements<float>(sums);
    of_parameters.inverse = device_elements<float>(term.inverse);
    of_parameters.scale = device_elements<float>(term.scale);
    of_parameters.weight = device_elements<float>(out.weight);
    of_parameters.bias = device_elements<float>(out.bias);
    of_parameters.mean = device_elements<float>(out.mean);
    of_parameters.variance = device_elements<float>(out.variance);
    of_parameters.offset = device_elements<float>(offset);
    of_parameters.incline = device_elements<float>(incline);
    of_parameters.is_by_image = term.is_by_image;
    of_parameters.is_own = !term.is_given && (training || term.is_by_image);
    of_parameters.each = plan.parts.each;
    of_parameters.map = map;
    launch(
        source, "parameter_gradients", dy, {map.channels, 1, threads_of_fold, threads_of_fold * sizeof(double)},
        of_parameters);

    const GradientArguments of_map{gpu_term(term, sum.keep),       device_elements<void>(dy),
                                   device_elements<float>(offset), device_elements<float>(incline),
                                   device_elements<void>(out.x),   map};
    launch(source, "gradient_" + suffix, dy, Grid::over(map.elements, width, map.images), of_map);
    return out;
}

}  // namespace segnas
