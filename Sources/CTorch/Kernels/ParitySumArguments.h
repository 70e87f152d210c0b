// What the kernels of ParitySum.cu are given.
#pragma once

namespace segnas {

/// A map at full size and one at half its size, channels last: see ParitySum.h.
struct ParityArguments {
    const void *full;                         // the map, or the gradient of the sum
    const void *half;                         // the map at half size; null where its gradient is wanted
    void *out;                                // the sum, or that gradient
    unsigned channels, depth, height, width;  // of the full-size map
    unsigned half_depth, half_height, half_width;
    unsigned variants;
    unsigned offset[2];
};

}  // namespace segnas
