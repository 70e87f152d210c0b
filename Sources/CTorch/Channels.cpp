#include "Channels.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <utility>

#include "GpuKernels.h"
#include "Kernels/ChannelsArguments.h"

namespace segnas {

namespace {

constexpr auto channels_last = at::MemoryFormat::ChannelsLast3d;

/// With how many channels cuDNN had better compute: measured on an H100 and an H200, where 21, 26, 42 and 52 take 1.7 to
/// 2.5 times as long as 32 and 64. Multiples of 16 gain hardly more than copies of them cost, and for 1 it has ways of its own.
int64_t fitting(int64_t channels) {
    if (channels == 1 || channels % 16 == 0) return channels;
    for (const int64_t fitting : {8, 16, 32, 64})
        if (channels <= fitting) return fitting;
    return (channels + 31) / 32 * 32;
}

}  // namespace

std::optional<ChannelCounts> better_channels(const at::Tensor &x, const at::Tensor &weight) {
    constexpr int64_t few_voxels = 1 << 14;
    const ChannelCounts counts{fitting(weight.size(1)), fitting(weight.size(0))};
    const bool fits = counts.inputs == weight.size(1) && counts.outputs == weight.size(0);
    const bool is_point = weight.numel() == weight.size(0) * weight.size(1);
    if (fits || is_point || x.scalar_type() != at::kBFloat16 || !x.is_contiguous(channels_last)) return {};
    constexpr int64_t most_channels = ordinary_shared / sizeof(c10::BFloat16) /
                                      8;  // a block shares eight rows at least
    if (std::max(counts.inputs, counts.outputs) > most_channels) return {};
    if (x.numel() / x.size(1) < few_voxels || !has_gpu_kernels(GpuSource::channels, x)) return {};
    return counts;
}

at::Tensor with_channels(const at::Tensor &given, int64_t channels) {
    if (given.size(1) == channels) return given;
    auto x = given.contiguous(channels_last);
    if (reinterpret_cast<uintptr_t>(device_elements<void>(std::as_const(x))) % 16 != 0) x = x.clone();
    auto shape = x.sizes().vec();
    shape[1] = channels;
    auto y = at::empty(shape, x.options(), channels_last);
    const auto inputs = static_cast<unsigned>(x.size(1)), outputs = static_cast<unsigned>(channels);
    unsigned length = 64;  // rows of a block
    while (length * inputs * x.element_size() > ordinary_shared) length /= 2;
    const int64_t rows = x.numel() / x.size(1);
    launch(
        GpuSource::channels, "resize_channels", x,
        {static_cast<unsigned>((rows + length - 1) / length), 1, 256,
         static_cast<unsigned>(length * inputs * x.element_size())},
        ChannelsArguments{
            device_elements<void>(std::as_const(x)), device_elements<void>(y), inputs, outputs, length, rows});
    return y;
}

at::Tensor with_channels(const at::Tensor &weight, const ChannelCounts &counts) {
    auto shape = weight.sizes().vec();
    shape[0] = counts.outputs;
    shape[1] = counts.inputs;
    auto padded = at::zeros(shape, weight.options().memory_format(channels_last));
    padded.narrow(0, 0, weight.size(0)).narrow(1, 0, weight.size(1)).copy_(weight);
    return padded;
}

}  // namespace segnas
