#include "GpuConvolution.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <initializer_list>
#include <string>

#include "Bridge.h"
#include "GpuKernels.h"
#include "Kernels/ConvolutionArguments.h"

namespace segnas {

namespace {

constexpr auto source = GpuSource::convolution;
constexpr auto channels_last = at::MemoryFormat::ChannelsLast3d;
constexpr int64_t most_channels = 32;

bool is_aligned(const at::Tensor &x, uintptr_t bytes) {
    return reinterpret_cast<uintptr_t>(device_elements<void>(x)) % bytes == 0;
}

unsigned length(const at::Tensor &x, int axis) {
    return static_cast<unsigned>(x.size(axis));
}

unsigned divided(unsigned length, unsigned of_part) {
    return (length + of_part - 1) / of_part;
}

Boxes boxes_of(const at::Tensor &x, const Window &window) {
    const auto step = static_cast<unsigned>(window.dilation[0]);
    const auto along = [step](unsigned length, unsigned of_box) {
        return step * divided(divided(length, step), of_box);
    };
    const unsigned depth = length(x, 2), height = length(x, 3), width = length(x, 4);
    return {depth, height, width, step, along(depth, box_depth), along(height, box_height), along(width, box_width)};
}

ConvolvedMap map_of(const at::Tensor &x) {
    return {device_elements<void>(x), length(x, 1), x.size(1) % 8 == 0};
}

at::Tensor bytes(const at::Tensor &like, int64_t count) {
    return at::empty({count}, at::TensorOptions().dtype(at::kByte).device(like.device()));
}

/// The taps and channels of a convolution, or of the gradient of its input: the convolution of the output's gradient by
/// the weight with both kinds of channels exchanged and the taps in reverse order.
struct Shape {
    unsigned taps;  // along an axis
    unsigned inputs, outputs, padded_in, padded_out;
    bool is_reversed;

    Shape(const at::Tensor &weight, bool is_reversed)
        : taps(length(weight, 2)),
          inputs(length(weight, is_reversed ? 0 : 1)),
          outputs(length(weight, is_reversed ? 1 : 0)),
          padded_in(padded_inputs(inputs)),
          padded_out(padded_outputs(outputs)),
          is_reversed(is_reversed) {}

    unsigned cube() const { return taps * taps * taps; }
    unsigned groups() const { return padded_in / 16; }
};

std::string suffix(std::initializer_list<unsigned> numbers) {
    std::string all;
    for (const unsigned number : numbers) all += (all.empty() ? "" : "_") + std::to_string(number);
    return all;
}

/// A weight in the order in which the kernel takes it.
at::Tensor fragments_of(const at::Tensor &weight, const Shape &shape) {
    const unsigned lanes = shape.cube() * shape.groups() * shape.padded_out / 8 * 32;
    auto fragments = bytes(weight, int64_t(lanes) * 8);
    const int64_t direction = shape.is_reversed ? -1 : 1;
    const auto *first = device_elements<c10::BFloat16>(weight);
    if (first && shape.is_reversed)
        first += (shape.taps - 1) * (weight.stride(2) + weight.stride(3) + weight.stride(4));
    const FragmentsArguments arguments{
        first,
        device_elements<void>(fragments),
        shape.inputs,
        shape.outputs,
        weight.stride(shape.is_reversed ? 0 : 1),
        weight.stride(shape.is_reversed ? 1 : 0),
        direction * weight.stride(2),
        direction * weight.stride(3),
        direction * weight.stride(4),
        shape.taps,
        lanes};
    launch(source, "convolution_fragments_" + suffix({shape.padded_out}), weight, {divided(lanes, 256)}, arguments);
    return fragments;
}

at::Tensor convolve(const at::Tensor &x, const at::Tensor &weight, const Window &window, bool is_reversed) {
    const Shape shape(weight, is_reversed);
    const auto boxes = boxes_of(x, window);
    auto y = at::empty(
        {x.size(0), int64_t(shape.outputs), x.size(2), x.size(3), x.size(4)}, x.options().memory_format(channels_last));
    const auto fragments = fragments_of(weight, shape);
    // A lane has a quarter of a voxel's outputs; four or eight of them it can write at once.
    const unsigned of_lane = shape.padded_out / 4;
    const bool is_even = of_lane != 6 && shape.outputs % of_lane == 0;
    const ConvolutionArguments arguments{
        map_of(x), device_elements<void>(fragments), device_elements<void>(y), shape.outputs, is_even, boxes};
    const Grid grid{
        boxes.slabs * boxes.rows * boxes.columns, length(x, 0), threads_of_convolution(shape.padded_out),
        convolution_bytes(shape.taps, shape.padded_in)};
    launch(source, "convolution" + suffix({shape.taps, shape.padded_in, shape.padded_out}), x, grid, arguments);
    return y;
}

at::Tensor weight_gradient(const at::Tensor &dy, const at::Tensor &x, const at::Tensor &weight, const Window &window) {
    const Shape shape(weight, /*is_reversed=*/false);
    const auto boxes = boxes_of(x, window);
    const unsigned count = length(x, 0) * boxes.slabs * boxes.rows * boxes.columns;
    // Inputs, taps and boxes are divided among as many blocks as run at a time, so that all end together.
    const unsigned blocks = shape.groups() * shape.taps / planes_of_gradient(shape.taps);
    const unsigned at_a_time = gpu_limits(source, x).multiprocessors * blocks_of_gradient(shape.taps, shape.padded_out);
    const unsigned parts = std::min(count, std::max(at_a_time / blocks, 1u));
    const unsigned elements = shape.cube() * 16 * shape.padded_out;
    auto gradient = at::empty_like(weight, weight.options(), channels_last);
    auto sums = bytes(x, int64_t(shape.groups()) * parts * elements * sizeof(float));
    const WeightGradientArguments of_sums{map_of(x), map_of(dy), device_elements<float>(sums), boxes, count};
    launch(
        source, "weight_gradient" + suffix({shape.taps, shape.padded_out}), x,
        {parts, blocks, threads_of_gradient(shape.taps), weight_gradient_bytes(shape.taps, shape.padded_out)}, of_sums);
    const WeightTotalsArguments of_totals{
        of_sums.sums, device_elements<void>(gradient), shape.inputs, shape.outputs, parts, shape.padded_out,
        shape.cube()};
    constexpr unsigned threads = 32 * warps_of_totals;
    launch(
        source, "weight_totals", x, {elements / 32, shape.groups(), threads, threads * unsigned(sizeof(double))},
        of_totals);
    return gradient;
}

bool is_taken(const at::Tensor &x) {
    return x.scalar_type() == at::kBFloat16 && x.is_contiguous(channels_last) &&
           x.suggest_memory_format() == channels_last && is_aligned(x, 16);
}

/// Whether a weight of 3×3×3 or 5×5×5 taps leaves the extents as they are.
bool keeps_extents(const at::Tensor &weight, const Window &window) {
    const int64_t taps = weight.size(2), step = window.dilation[0];
    const auto all = [](at::IntArrayRef axes, int64_t value) {
        return std::all_of(axes.begin(), axes.end(), [value](int64_t axis) { return axis == value; });
    };
    return (taps == 3 || taps == 5) && (step == 1 || step == 2) && all(weight.sizes().slice(2), taps) &&
           all(window.stride, 1) && all(window.dilation, step) && all(window.padding, step * (taps - 1) / 2);
}

/// NVIDIA's library is as fast where it need not pad channels. With more than 16 inputs that do not lie at multiples of 16
/// bytes, it is faster even if they are padded for it (`better_channels`).
bool has_few_channels(int64_t inputs, int64_t outputs) {
    if (std::max(inputs, outputs) > most_channels || std::min(inputs, outputs) == most_channels) return false;
    return inputs <= 16 || (inputs % 8 == 0 && outputs % 8 == 0);
}

}  // namespace

bool has_gpu_convolution(const at::Tensor &x, const at::Tensor &weight, const Window &window) {
    const bool is_meant = on_gpu(x) && is_taken(x) && weight.scalar_type() == at::kBFloat16 &&
                          keeps_extents(weight, window) && has_few_channels(weight.size(1), weight.size(0));
    if (!is_meant || !has_gpu_kernels(source, x)) return false;
    if (x.numel() / x.size(0) / x.size(1) * weight.size(0) >= int64_t(1) << 31) return false;
    const auto limits = gpu_limits(source, x);
    const unsigned shared = std::max(convolution_bytes(3, most_channels), weight_gradient_bytes(3, most_channels));
    return limits.capability >= 80 && limits.shared >= shared;
}

at::Tensor gpu_convolution(const at::Tensor &x, const at::Tensor &weight, const Window &window) {
    return convolve(x, weight, window, /*is_reversed=*/false);
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> gpu_convolution_backward(
    const at::Tensor &gradient, const at::Tensor &x, const at::Tensor &weight, const Window &window,
    std::array<bool, 2> wanted) {
    auto dy = gradient.contiguous(channels_last);
    if (!is_aligned(dy, 16)) dy = dy.clone();
    at::Tensor dx, dweight;
    if (wanted[0]) dx = convolve(dy, weight, window, /*is_reversed=*/true);
    if (wanted[1]) dweight = weight_gradient(dy, x, weight, window);
    return {dx, dweight, {}};
}

}  // namespace segnas
