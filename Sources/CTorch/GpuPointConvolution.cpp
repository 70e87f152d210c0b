#include "GpuPointConvolution.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <string>

#include "Bridge.h"
#include "GpuKernels.h"
#include "Kernels/PointConvolutionArguments.h"

namespace segnas {

namespace {

constexpr auto source = GpuSource::point_convolution;
constexpr auto channels_last = at::MemoryFormat::ChannelsLast3d;
constexpr int64_t most_channels = 32;
/// Blocks that add up the gradient of a weight: several for each multiprocessor of any GPU.
constexpr unsigned blocks_of_gradient = 396;

std::string kernel(const char *name, const at::Tensor &x) {
    return std::string(name) + "_" + kernel_suffix(x.scalar_type());
}

unsigned voxels_of(const at::Tensor &x) {
    return static_cast<unsigned>(x.numel() / x.size(0) / x.size(1));
}

unsigned tiles_of(const at::Tensor &x) {
    return (voxels_of(x) + threads_of_points - 1) / threads_of_points;
}

/// By the weight [O, I, 1, 1, 1], or by the transposed one.
at::Tensor convolve(
    const at::Tensor &x, const at::Tensor &given, const std::optional<at::Tensor> &bias, bool is_transposed) {
    const auto weight = given.contiguous();
    const auto inputs = static_cast<unsigned>(weight.size(is_transposed ? 0 : 1));
    const auto outputs = static_cast<unsigned>(weight.size(is_transposed ? 1 : 0));
    auto y = at::empty(
        {x.size(0), int64_t(outputs), x.size(2), x.size(3), x.size(4)}, x.options().memory_format(channels_last));
    const unsigned padded = (outputs + 7) / 8 * 8, stride = static_cast<unsigned>(weight.size(1));
    const unsigned rows = std::max(inputs, outputs);
    const auto shared = static_cast<unsigned>(((inputs + 1) * padded + rows * (threads_of_points + 1)) * sizeof(float));
    const auto offset = bias ? bias->contiguous() : at::Tensor();
    launch(
        source, kernel("point_convolution", x) + "_" + std::to_string(padded), x,
        {std::min(tiles_of(x), 4096u), static_cast<unsigned>(x.size(0)), threads_of_points, shared},
        PointConvolutionArguments{
            device_elements<void>(x), device_elements<void>(weight), device_elements<void>(offset),
            device_elements<void>(y), inputs, outputs, voxels_of(x), is_transposed ? stride : 1,
            is_transposed ? 1 : stride});
    return y;
}

}  // namespace

bool has_gpu_point_convolution(const at::Tensor &x, const at::Tensor &weight, const Window &window) {
    const auto all = [](const std::vector<int64_t> &axes, int64_t value) {
        return std::all_of(axes.begin(), axes.end(), [value](int64_t axis) { return axis == value; });
    };
    const int64_t inputs = weight.size(1), outputs = weight.size(0);
    const bool is_point = weight.numel() == inputs * outputs && all(window.stride, 1) && all(window.padding, 0);
    const bool is_meant = on_gpu(x) && is_point && std::max(inputs, outputs) <= most_channels &&
                          x.is_contiguous(channels_last) && weight.scalar_type() == x.scalar_type();
    return is_meant && has_gpu_kernels(source, x) && int64_t(voxels_of(x)) * outputs < int64_t(1) << 31;
}

at::Tensor gpu_point_convolution(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias) {
    return convolve(x, weight, bias, /*is_transposed=*/false);
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> gpu_point_convolution_backward(
    const at::Tensor &gradient, const at::Tensor &x, const at::Tensor &weight, std::array<bool, 3> wanted) {
    const auto dy = gradient.contiguous(channels_last);
    at::Tensor dx, dweight, dbias;
    if (wanted[0]) dx = convolve(dy, weight, {}, /*is_transposed=*/true);
    if (!wanted[1] && !wanted[2]) return {dx, dweight, dbias};
    const auto inputs = static_cast<unsigned>(weight.size(1)), outputs = static_cast<unsigned>(weight.size(0));
    const auto images = static_cast<unsigned>(x.size(0));
    const unsigned parts = std::min(tiles_of(x) * images, blocks_of_gradient), columns = fours(inputs + 1);
    auto sums = at::empty(
        {int64_t(parts) * outputs * (inputs + 1)}, at::TensorOptions().dtype(at::kFloat).device(x.device()));
    const unsigned rows = 4 * (fours(outputs) + columns), blocks = fours(outputs) * columns;
    const unsigned numbers = std::max(rows * (threads_of_points + 1), threads_of_points / blocks * blocks * 16);
    launch(
        source, kernel("point_gradient", x), x,
        {parts, 1, threads_of_points, static_cast<unsigned>(numbers * sizeof(float))},
        PointGradientArguments{
            device_elements<void>(x), device_elements<void>(dy), device_elements<float>(sums), inputs, outputs,
            voxels_of(x), images});
    dweight = at::empty(weight.sizes(), weight.options());
    if (wanted[2]) dbias = at::empty({weight.size(0)}, weight.options());
    launch(
        source, kernel("point_totals", x), x,
        {(outputs * (inputs + 1) + threads_of_points - 1) / threads_of_points, 1, threads_of_points},
        PointTotalsArguments{
            device_elements<float>(std::as_const(sums)), device_elements<void>(dweight), device_elements<void>(dbias),
            inputs, outputs, parts});
    if (!wanted[1]) dweight.reset();
    return {dx, dweight, dbias};
}

}  // namespace segnas
