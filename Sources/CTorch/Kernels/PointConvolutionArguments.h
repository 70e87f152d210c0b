// What the kernels of PointConvolution.cu are given. Maps lie channels last.
#pragma once

namespace segnas {

constexpr unsigned threads_of_points = 128;

/// Inputs and outputs are channels of this convolution: for the gradient of an input, those of the output's gradient and
/// of the input.
struct PointConvolutionArguments {
    const void *x;       // [N, voxels, inputs]
    const void *weight;  // of x's type
    const void *bias;    // [outputs], or null
    void *y;             // [N, voxels, outputs]
    unsigned inputs, outputs, voxels;
    unsigned of_input, of_output;  // from an element of the weight to the next
};

/// Sums over every so many-th tile of voxels, [parts, outputs, inputs + 1]: the last column is that of the bias.
struct PointGradientArguments {
    const void *x, *dy;  // [N, voxels, inputs] and [N, voxels, outputs]
    float *sums;
    unsigned inputs, outputs, voxels, images;
};

/// Adds up the parts.
struct PointTotalsArguments {
    const float *sums;
    void *weight;  // [outputs, inputs]
    void *bias;    // [outputs], or null
    unsigned inputs, outputs, parts;
};

/// Pairs of an input and an output are taken by 4×4.
constexpr unsigned fours(unsigned channels) {
    return (channels + 3) / 4;
}

}  // namespace segnas
