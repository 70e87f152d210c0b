// What the kernels of NormSum.cu are given. Maps lie channels last: an image is a row of C channels for each voxel.
#pragma once

namespace segnas {

struct MapShape {
    unsigned images, channels;
    unsigned elements;  // of an image
};

/// A summand; null where there is no such thing.
struct GpuTerm {
    const void *x;
    const float *mean, *scale, *shift;  // [C], or [N·C] where each image is normalized by itself
    const float *keep;                  // [N·C]
    int is_by_image, has_relu;
    float slope;  // of negative values under ReLU
};

constexpr int most_terms = 16;

/// y = Σ terms.
struct SumArguments {
    GpuTerm terms[most_terms];
    int count;
    void *y;
    MapShape map;
};

/// How an image is cut into parts, one for each block: sums do not depend on how many blocks run at a time.
struct Parts {
    unsigned each;    // parts of an image
    unsigned length;  // elements of a part, but for the last
    unsigned active;  // threads that read: the elements of each are always of the same channels
};

/// Σ of x − pivot and of its square. The pivot is the channel's first value in the batch or image.
struct MomentsArguments {
    const void *x;
    float *pivots;  // [C] or [N·C], written
    float *sums;    // [N·each, 2, C]
    int is_by_image;
    Parts parts;
    MapShape map;
};

/// The linear map that normalization is, from sums, or where there are none from mean and variance that are given.
struct StatisticsArguments {
    const float *pivots, *sums;
    const float *given_mean, *given_variance;  // [C]
    const float *weight, *bias;                // [C]; null where only mean and variance are wanted
    float *running_mean, *running_variance;    // [C], updated; or null
    float *mean, *variance;                    // [C] or [N·C]; the variance may be null
    float *inverse, *scale, *shift;            // the same, where there is a weight
    double epsilon, momentum;
    int is_by_image;
    unsigned each;
    MapShape map;
};

/// With g = dy·keep where the term is positive, times the slope elsewhere: Σ g and Σ g·(x − mean).
struct GradientSumsArguments {
    GpuTerm term;
    const void *dy;
    float *sums;  // [N·each, 2, C]
    Parts parts;
    MapShape map;
};

/// Gradients of a normalization's parameters, and what the gradient of x is made of.
struct ParameterGradientsArguments {
    const float *sums;
    const float *inverse, *scale;  // [C] or [N·C]
    float *weight, *bias;          // [C]
    float *mean, *variance;        // [C]; null unless they were given
    float *offset, *incline;       // [C] or [N·C]
    int is_by_image, is_own;       // whether the statistics are those of x
    unsigned each;
    MapShape map;
};

/// dx = scale·(g − offset − (x − mean)·incline).
struct GradientArguments {
    GpuTerm term;
    const void *dy;
    const float *offset, *incline;
    void *dx;
    MapShape map;
};

}  // namespace segnas
