#ifndef CT_VOLUME_H
#define CT_VOLUME_H

#include "ct_tensor.h"

CT_BEGIN

// One number an axis: depth, height, width.
typedef struct {
    int64_t depth, height, width;
} ct_extent;

typedef struct {
    ct_extent stride, padding, dilation;
    ct_extent output_padding;  // transposed convolution only
} ct_window;

// x [N, I, D, H, W], weight [O, I, kD, kH, kW], bias [O] or no tensor → [N, O, D′, H′, W′].
ct_status ct_conv3d(ct_tensor x, ct_tensor weight, ct_tensor bias, const ct_window *window, ct_tensor *out);

// What ct_conv3d makes of `lower` [N, I, …], of which each axis has as many voxels as `same` [N, J, D, H, W] or half of
// them, upsampled (nearest) and followed by the channels of `same`: weight [O, I + J, kD, kH, kW] with odd extents,
// stride 1, the padding that keeps the size → [N, O, D, H, W]. Weights are cast to the maps' type where they are used.
ct_status ct_conv3d_joined(ct_tensor lower, ct_tensor same, ct_tensor weight, int64_t dilation, ct_tensor *out);

// `same` [N, C, D, H, W] plus `lower` [N, C, …], of which each axis has as many voxels or half of them, upsampled (nearest).
ct_status ct_add_upsampled(ct_tensor lower, ct_tensor same, ct_tensor *out);

// x [N, I, D, H, W], weight [I, O, kD, kH, kW], bias [O] or no tensor → [N, O, D′, H′, W′].
ct_status ct_conv_transpose3d(ct_tensor x, ct_tensor weight, ct_tensor bias, const ct_window *window, ct_tensor *out);

typedef struct {
    ct_tensor weight, bias;                    // [C], or no tensor
    ct_tensor running_mean, running_variance;  // [C], updated in training, used otherwise
    bool training;
    double momentum, epsilon;
} ct_batch_norm_options;

// Normalizes each channel of [N, C, D, H, W] over images and voxels.
ct_status ct_batch_norm(ct_tensor x, const ct_batch_norm_options *options, ct_tensor *out);

// A summand: a map [N, C, D, H, W], normalized where there is a weight: by the mean and variance that are given, which
// get gradients, else over the batch, or where there are no running statistics over each image by itself.
typedef struct {
    ct_tensor x;
    ct_tensor weight, bias, running_mean, running_variance;  // [C] each, or no tensor
    ct_tensor mean, variance;                                // [C] each, or no tensor
    double momentum, epsilon;
    bool has_relu, is_dropped;
    double slope;  // of negative values under ReLU: 0, or that of a leaky one
} ct_term;

typedef struct {
    ct_tensor keep;  // [N, C], factors of the channels under dropout, or no tensor
    bool training;
    double slope;  // of negative values of the whole sum; 1 for the sum as it is
} ct_norm_sum_options;

// Σ of terms of one shape, ReLU and dropout applied to those that have them.
ct_status ct_norm_sum(const ct_term *terms, size_t count, const ct_norm_sum_options *options, ct_tensor *out);

// Mean and variance (divided by the count) of each channel of [N, C, D, H, W] over images and voxels, [C] each, with
// gradients: float32, for float64 that.
ct_status ct_channel_moments(ct_tensor x, ct_tensor *mean, ct_tensor *variance);

// [images, channels], 0 with a probability, else 1/(1 − probability). Draws from the device's generator (`ct_seed`).
ct_status ct_dropout_factors(int64_t images, int64_t channels, double probability, ct_device device, ct_tensor *out);

// Normalizes each channel of each image over voxels; weight and bias [C] or no tensor.
ct_status ct_instance_norm(ct_tensor x, ct_tensor weight, ct_tensor bias, double epsilon, ct_tensor *out);

// x where positive, else weight·x; weight [C], one slope a channel of [N, C, …].
ct_status ct_prelu(ct_tensor x, ct_tensor weight, ct_tensor *out);

// [N, C, D, H, W] → the largest of each window; padding counts as −∞.
ct_status ct_max_pool3d(ct_tensor x, ct_extent size, ct_extent stride, ct_extent padding, ct_tensor *out);

// [N, C, D, H, W] → the mean of each window; windows lie side by side.
ct_status ct_avg_pool3d(ct_tensor x, ct_extent size, ct_tensor *out);

// [N, C, D, H, W] → [N, C, size]. Nearest takes voxel ⌊i·in/out⌋; trilinear is between voxel centres, or between
// corners where `align_corners`.
ct_status ct_resize_nearest(ct_tensor x, ct_extent size, ct_tensor *out);
ct_status ct_resize_trilinear(ct_tensor x, ct_extent size, bool align_corners, ct_tensor *out);

typedef CT_ENUM{CT_NEAREST, CT_TRILINEAR} ct_interpolation;

// x [N, C, D, H, W] sampled where matrices [N, 3, 4] send the output grid [N, C, size]; coordinates (x, y, z) run
// from −1 to 1 over W, H, D, from voxel border to voxel border; 0 outside. Computed in the matrices' type, float32
// or float64.
ct_status ct_affine_sample(
    ct_tensor x, ct_tensor matrices, ct_extent size, ct_interpolation interpolation, ct_tensor *out);

CT_END

#endif
