// What the kernels of Pool.cu are given.
#pragma once

namespace segnas {

/// Maps [N, C, 2D, 2H, 2W] and [N, C, D, H, W], channels last.
struct PoolArguments {
    const void *from;      // the large map, or the gradient of the small one
    void *to;              // the small map, or the gradient of the large one
    unsigned char *index;  // [N, C, D, H, W], which of a window's 8 voxels is the largest; may be null in pooling
    unsigned channels, depth, height, width;  // of the small map
};

}  // namespace segnas
