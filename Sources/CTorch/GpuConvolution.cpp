#include "GpuConvolution.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
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

Extent extent_of(const at::Tensor &x) {
    return {length(x, 2), length(x, 3), length(x, 4)};
}

unsigned boxes(unsigned length, unsigned of_box) {
    return (length + of_box - 1) / of_box;
}

ConvolvedMap map_of(const at::Tensor &x) {
    return {device_elements<void>(x), length(x, 1), x.size(1) % 8 == 0};
}

at::Tensor bytes(const at::Tensor &like, int64_t count) {
    return at::empty({count}, at::TensorOptions().dtype(at::kByte).device(like.device()));
}

/// The channels of a convolution, or of the gradient of its input, which is the convolution of the output's gradient by the
/// weight with both kinds of channels exchanged and the taps in reverse order.
struct Channels {
    unsigned inputs, outputs, padded_in, padded_out;
    bool is_reversed;

    Channels(const at::Tensor &weight, bool is_reversed)
        : inputs(length(weight, is_reversed ? 0 : 1)),
          outputs(length(weight, is_reversed ? 1 : 0)),
          padded_in(padded_inputs(inputs)),
          padded_out(padded_outputs(outputs)),
          is_reversed(is_reversed) {}

    std::string name() const { return std::to_string(padded_in) + "_" + std::to_string(padded_out); }
};

/// A weight in the order in which the kernel takes it.
at::Tensor fragments_of(const at::Tensor &weight, const Channels &channels) {
    const int64_t lanes = int64_t(taps) * channels.padded_in / 16 * channels.padded_out / 8 * 32;
    auto fragments = bytes(weight, lanes * 8);
    const auto *first = device_elements<c10::BFloat16>(weight);
    const int64_t direction = channels.is_reversed ? -1 : 1;
    if (first && channels.is_reversed) first += 2 * (weight.stride(2) + weight.stride(3) + weight.stride(4));
    const FragmentsArguments arguments{
        first,
        device_elements<void>(fragments),
        channels.inputs,
        channels.outputs,
        weight.stride(channels.is_reversed ? 0 : 1),
        weight.stride(channels.is_reversed ? 1 : 0),
        direction * weight.stride(2),
        direction * weight.stride(3),
        direction * weight.stride(4),
        static_cast<unsigned>(lanes)};
    const Grid grid{boxes(arguments.count, 256)};
    launch(source, "convolution_fragments_" + std::to_string(channels.padded_out), weight, grid, arguments);
    return fragments;
}

at::Tensor convolve(const at::Tensor &x, const at::Tensor &weight, bool is_reversed) {
    const Channels channels(weight, is_reversed);
    const auto map = extent_of(x);
    auto y = at::empty(
        {x.size(0), int64_t(channels.outputs), x.size(2), x.size(3), x.size(4)},
        x.options().memory_format(channels_last));
    const auto fragments = fragments_of(weight, channels);
    // A lane has a quarter of a voxel's outputs; it can write four or eight of them at once.
    const unsigned of_lane = channels.padded_out / 4;
    const bool is_even = of_lane != 6 && channels.outputs % of_lane == 0 && is_aligned(y, 16);
    const ConvolutionArguments arguments{
        map_of(x), device_elements<void>(fragments), device_elements<void>(y),   channels.outputs, is_even,
        map,       boxes(map.height, box_height),    boxes(map.width, box_width)};
    const Grid grid{
        boxes(map.depth, box_depth) * arguments.rows * arguments.columns, length(x, 0),
        threads_of_convolution(channels.padded_in, channels.padded_out), convolution_bytes(channels.padded_in)};
    launch(source, "convolution_" + channels.name(), x, grid, arguments);
    return y;
}

at::Tensor weight_gradient(const at::Tensor &dy, const at::Tensor &x, const at::Tensor &weight) {
    const Channels channels(weight, /*is_reversed=*/false);
    const auto map = extent_of(x);
    const unsigned slabs = boxes(map.depth, box_depth), rows = boxes(map.height, box_height);
    const unsigned columns = boxes(map.width, box_width), groups = channels.padded_in / 16;
    const unsigned all = length(x, 0) * slabs * rows * columns;
    // As many blocks as run at a time, so that all end together.
    const unsigned at_a_time = gpu_limits(source, x).multiprocessors * blocks_of_gradient;
    const unsigned parts = std::min(all, std::max(at_a_time / groups, 1u));
    const unsigned elements = taps * 16 * channels.padded_out;
    auto gradient = at::empty_like(weight, weight.options(), channels_last);
    auto sums = bytes(x, int64_t(groups) * parts * elements * sizeof(float));
    const WeightGradientArguments of_sums{map_of(x), map_of(dy), device_elements<float>(sums), map, slabs, rows,
                                          columns,   all};
    const auto suffix = std::to_string(channels.padded_out);
    launch(
        source, "weight_gradient_" + suffix, x,
        {parts, groups, threads_of_gradient, weight_gradient_bytes(channels.padded_out)}, of_sums);
    const WeightTotalsArguments of_totals{
        of_sums.sums, device_elements<void>(gradient), channels.inputs, channels.outputs, parts, channels.padded_out};
    const unsigned threads = 32 * slices_of_totals;
    launch(source, "weight_totals", x, {elements / 32, groups, threads, threads * unsigned(sizeof(double))}, of_totals);
    return gradient;
}

bool is_taken(const at::Tensor &x) {
    return x.scalar_type() == at::kBFloat16 && x.is_contiguous(channels_last) &&
           x.suggest_memory_format() == channels_last && is_aligned(x, 16);
}

bool keeps_extents(const Window &window) {
    const auto all = [](const std::vector<int64_t> &axes, int64_t value) {
        return std::all_of(axes.begin(), axes.end(), [value](int64_t axis) { return axis == value; });
    };
    return all(window.stride, 1) && all(window.dilation, 1) && all(window.padding, 1);
}

/// NVIDIA's library is as fast where it need not pad channels.
bool has_few_channels(int64_t inputs, int64_t outputs) {
    return std::max(inputs, outputs) <= most_channels && (inputs < most_channels || outputs < most_channels);
}

}  // namespace

bool has_gpu_convolution(const at::Tensor &x, const at::Tensor &weight, const Window &window) {
    const bool is_meant = on_gpu(x) && is_taken(x) && weight.scalar_type() == at::kBFloat16 &&
                          weight.sizes().slice(2) == at::IntArrayRef{3, 3, 3} && keeps_extents(window) &&
                          has_few_channels(weight.size(1), weight.size(0));
    if (!is_meant || !has_gpu_kernels(source, x)) return false;
    if (x.numel() / x.size(0) / x.size(1) * weight.size(0) >= int64_t(1) << 31) return false;
    const auto limits = gpu_limits(source, x);
    const unsigned shared = std::max(convolution_bytes(most_channels), weight_gradient_bytes(most_channels));
    return limits.capability >= 80 && limits.shared >= shared;
}

at::Tensor gpu_convolution(const at::Tensor &x, const at::Tensor &weight) {
    return convolve(x, weight, /*is_reversed=*/false);
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> gpu_convolution_backward(
    const at::Tensor &gradient, const at::Tensor &x, const at::Tensor &weight, std::array<bool, 2> wanted) {
    auto dy = gradient.contiguous(channels_last);
    if (!is_aligned(dy, 16)) dy = dy.clone();
    at::Tensor dx, dweight;
    if (wanted[0]) dx = convolve(dy, weight, /*is_reversed=*/true);
    if (wanted[1]) dweight = weight_gradient(dy, x, weight);
    return {dx, dweight, {}};
}

}  // namespace segnas
