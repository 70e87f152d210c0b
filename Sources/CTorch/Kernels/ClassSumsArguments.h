// What the kernels of ClassSums.cu are given.
#pragma once

namespace segnas {

/// Scores [N, L, D, H, W] in either order of memory, and labels [N, D, H, W].
struct LabelledScores {
    const void *scores;
    const unsigned char *labels;
    const float *weights;  // [L]
    float gamma, least;
    unsigned images, classes, voxels;  // of an image
    unsigned class_stride, voxel_stride;
};

/// Sums of parts of an image, a block for each: [N·each, 3 L + 1], those of `common`, `predicted`, `actual` and `cross`.
struct ClassSumsArguments {
    LabelledScores of;
    float *sums;
    unsigned each, length;  // parts of an image, and voxels of a part
};

/// The sums of all parts.
struct ClassTotalsArguments {
    const float *sums;
    float *common, *predicted, *actual;  // [N, L]
    float *cross;
    unsigned images, classes, each;
};

struct ClassGradientArguments {
    LabelledScores of;
    const float *common, *predicted;  // derivatives of the loss for the sums of each image, [N, L]
    const float *cross;
    void *gradient;  // as the scores lie
};

}  // namespace segnas
