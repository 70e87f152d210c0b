// What the kernels of Convolution.cu are given, and how they cut maps into boxes. Maps lie channels last.
#pragma once

namespace segnas {

/// Voxels of a box along an axis, besides the halo that a kernel of 3×3×3 taps sees around it.
constexpr unsigned box_height = 8, box_width = 16, halo = 2;
constexpr unsigned taps = 27;

/// Tensor cores take 16 channels of an input at a time.
constexpr unsigned padded_inputs(unsigned channels) {
    return (channels + 15) / 16 * 16;
}

/// They make 8 channels of an output at a time; fewer than 16 are seldom wanted.
constexpr unsigned padded_outputs(unsigned channels) {
    return channels <= 16 ? 16 : (channels + 7) / 8 * 8;
}

/// Voxels of a box along the depth.
constexpr unsigned box_depth = 4;

/// Slices of a box that a warp computes together, as far as its registers go: they have two thirds of their inputs in common.
constexpr unsigned slices_of_warp(unsigned inputs, unsigned outputs) {
    return inputs == 16 && outputs == 16 ? 2 : 1;
}

/// A warp computes half of some slices.
constexpr unsigned threads_of_convolution(unsigned inputs, unsigned outputs) {
    return 32 * 2 * box_depth / slices_of_warp(inputs, outputs);
}

/// Bytes of a box in the memory of a block.
constexpr unsigned tile_bytes(unsigned depth, unsigned height, unsigned width, unsigned channels) {
    return 2 * depth * height * width * channels;
}

constexpr unsigned convolution_bytes(unsigned inputs) {
    return tile_bytes(box_depth + halo, box_height + halo, box_width + halo, inputs);
}

struct Extent {
    unsigned depth, height, width;
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
    unsigned count;                          // of lanes with four elements each
};

struct ConvolutionArguments {
    ConvolvedMap x;
    const void *fragments;
    void *y;
    unsigned outputs;
    int is_even;  // whether what a lane has of a voxel's outputs begins at a multiple of its length
    Extent map;
    unsigned rows, columns;  // of boxes along height and width
};

/// For the gradient of a weight, a warp has the taps of a row along the height; so many blocks run at a time.
constexpr unsigned threads_of_gradient = 32 * taps / 3, blocks_of_gradient = 2;

constexpr unsigned weight_gradient_bytes(unsigned outputs) {
    return convolution_bytes(16) + tile_bytes(box_depth, box_height, box_width, outputs <= 16 ? 16 : 32);
}

/// Sums over every so many-th box, [inputs/16, parts, taps, 16, outputs].
struct WeightGradientArguments {
    ConvolvedMap x, dy;
    float *sums;
    Extent map;
    unsigned slabs, rows, columns;  // of boxes along depth, height and width
    unsigned boxes;                 // of all images
};

/// Adds up the parts: a weight's gradient, [O, taps, I].
struct WeightTotalsArguments {
    const float *sums;
    void *gradient;
    unsigned inputs, outputs, parts, padded;  // padded outputs
};

constexpr unsigned slices_of_totals = 8;

}  // namespace segnas
