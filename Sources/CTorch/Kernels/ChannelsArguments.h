// What the kernel of Channels.cu is given.
#pragma once

namespace segnas {

/// Rows of channels of bfloat16, a row for each voxel.
struct ChannelsArguments {
    const void *from;
    void *to;
    unsigned from_channels, to_channels;
    unsigned length;  // rows of a block, a multiple of 8
    long long rows;
};

}  // namespace segnas
