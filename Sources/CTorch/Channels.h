// Maps with as many channels as cuDNN convolves fast: others take two to three times as long, though they are fewer.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

namespace segnas {

/// Channels of a convolution's input and output.
struct ChannelCounts {
    int64_t inputs, outputs;
};

/// With how many channels a GPU had better compute a convolution; nothing where that is as many as there are, and where
/// copies of the maps would take longer than is gained.
std::optional<ChannelCounts> better_channels(const at::Tensor &x, const at::Tensor &weight);

/// A map with so many channels: those that are added are 0. On a GPU or the meta device, bfloat16, channels last.
at::Tensor with_channels(const at::Tensor &x, int64_t channels);

/// A weight [O, I, …] with so many channels: those that are added are 0.
at::Tensor with_channels(const at::Tensor &weight, const ChannelCounts &counts);

}  // namespace segnas
