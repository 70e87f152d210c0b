// What the kernels of Convolution.cu are given, and how they cut maps into boxes. Maps lie channels last.
//
// Weights have 3 or 5 taps along each axis. One that is dilated by 2 sees, from a voxel, voxels whose coordinates are
// odd or even as its own: boxes then have every other voxel along each axis, and all else is as without dilation.
#pragma once

namespace segnas {

/// Voxels of a box along each axis, besides the halo that the taps see around it.
constexpr unsigned box_depth = 4, box_height = 8, box_width = 16;

/// Tensor cores take 16 channels of an input at a time.
constexpr unsigned padded_inputs(unsigned channels) {
    return (channels + 15) / 16 * 16;
}

/// They make 8 channels of an output at a time; fewer than 16 are seldom wanted.
constexpr unsigned padded_outputs(unsigned channels) {
    return channels <= 16 ? 16 : (channels + 7) / 8 * 8;
}

/// Rows of voxels that a warp computes together, as far as its registers go: most of their inputs are the same.
constexpr unsigned rows_of_warp(unsigned outputs) {
    return outputs == 16 ? 8 : 4;
}

constexpr unsigned threads_of_convolution(unsigned outputs) {
    return 32 * box_depth * box_height / rows_of_warp(outputs);
}

/// Blocks whose registers and boxes fit a multiprocessor at a time: while one loads, others compute.
constexpr unsigned blocks_of_convolution(unsigned taps, unsigned outputs) {
    return outputs != 16 ? 2 : taps == 3 ? 4 : 3;
}

/// Channels of the input that a block has at a time.
constexpr unsigned channels_of_box(unsigned taps, unsigned inputs) {
    return taps == 3 ? inputs : 16;
}

/// Bytes of a box in the memory of a block.
constexpr unsigned tile_bytes(unsigned depth, unsigned height, unsigned width, unsigned channels) {
    return 2 * depth * height * width * channels;
}

constexpr unsigned convolution_bytes(unsigned taps, unsigned inputs) {
    const unsigned halo = taps - 1;
    return tile_bytes(box_depth + halo, box_height + halo, box_width + halo, channels_of_box(taps, inputs));
}

/// Taps along the depth for which a block adds up the gradient of a weight. A warp has those of a row along the height.
constexpr unsigned planes_of_gradient(unsigned taps) {
    return taps == 3 ? 3 : 1;
}

constexpr unsigned threads_of_gradient(unsigned taps) {
    return 32 * taps * planes_of_gradient(taps);
}

constexpr unsigned blocks_of_gradient(unsigned taps, unsigned outputs) {
    return taps == 3 || outputs == 32 ? 2 : 3;
}

/// Bytes of the box of inputs; that of the output's gradient lies behind it.
constexpr unsigned gradient_box_bytes(unsigned taps) {
    return tile_bytes(box_depth + planes_of_gradient(taps) - 1, box_height + taps - 1, box_width + taps - 1, 16);
}

constexpr unsigned weight_gradient_bytes(unsigned taps, unsigned outputs) {
    return gradient_box_bytes(taps) + tile_bytes(box_depth, box_height, box_width, outputs <= 16 ? 16 : 32);
}

/// A map's boxes.
struct Boxes {
    unsigned depth, height, width;  // of the map
    unsigned step;                  // from a voxel of a box to the next, which is the dilation
    unsigned slabs, rows, columns;  // boxes along depth, height and width
};

/// A map's elements, [N, D, H, W, C] of bfloat16.
struct ConvolvedMap {
    const void *elements;
    unsigned channels;
    int is_even;  // whether eights of channels begin at multiples of 16 bytes
};

/// Puts a weight in the order in which lanes take it: [inputs/16, x, z, y, outputs/8, lane, 4].
struct FragmentsArguments {
    const void *weight;
    void *fragments;
    unsigned inputs, outputs;                // channels of the convolution, which are the weight's own or their reverse
    long long of_input, of_output, z, y, x;  // from an element of the weight to the next
    unsigned taps;                           // along an axis
    unsigned count;                          // of lanes with four elements each
};

struct ConvolutionArguments {
    ConvolvedMap x;
    const void *fragments;
    void *y;
    unsigned outputs;
    int is_even;  // whether what a lane has of a voxel's outputs begins at a multiple of its length
    Boxes boxes;
};

/// Sums over every so many-th box, [inputs/16, parts, taps³, 16, outputs].
struct WeightGradientArguments {
    ConvolvedMap x, dy;
    float *sums;
    Boxes boxes;
    unsigned count;  // of boxes of all images
};

/// Adds up the parts: a weight's gradient, [O, taps³, I].
struct WeightTotalsArguments {
    const float *sums;
    void *gradient;
    unsigned inputs, outputs, parts;
    unsigned padded;  // outputs
    unsigned cube;    // taps³
};

/// Parts are added up by so many warps, of which each takes every so many-th.
constexpr unsigned warps_of_totals = 8;

}  // namespace segnas
