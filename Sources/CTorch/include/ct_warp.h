#ifndef CT_WARP_H
#define CT_WARP_H

#include "ct_volume.h"

CT_BEGIN

// Where the voxels of an output volume are looked up in an input: at matrix·(x, y, z, 1), in voxels,
// plus a displacement. x runs along W, y along H, z along D; (0, 0, 0) is the centre of the first voxel.
typedef struct {
    const double *matrix;  // three rows of four: x, y and z of the input

    // Null, or [3, cells.depth + 3, cells.height + 3, cells.width + 3]: displacements along x, y and z in voxels, the
    // control points of uniform cubic B-splines whose cells divide the output from border to border.
    const float *displacement;
    ct_extent cells;
} ct_warp;

// Images are sampled trilinearly, labels at the nearest voxel (halfway the one of higher index); outside, both are 0.
// The input has at least two voxels along each axis, and fewer than 2³¹ in all.

// Memory of a case that is read.
typedef struct {
    const float *image;     // [C, D, H, W]
    const uint8_t *labels;  // [D, H, W], or null
    int64_t channels;
    ct_extent size;
} ct_warp_source;

// Memory of its place in a batch.
typedef struct {
    float *image;     // [D, H, W, C] where channels_last, else [C, D, H, W]
    uint8_t *labels;  // [D, H, W], or null
    bool channels_last;
    ct_extent size;
} ct_warp_target;

// Which instructions of the processor are used. All give the same values up to rounding.
typedef CT_ENUM{CT_INSTRUCTIONS_BEST, CT_INSTRUCTIONS_BASELINE, CT_INSTRUCTIONS_AVX2} ct_instructions;

// Image and labels in one pass on at most `threads` threads; the result does not depend on how many. Fails where the
// processor lacks the instructions.
ct_status ct_warp_memory(
    const ct_warp_source *source, const ct_warp *warp, const ct_warp_target *target, ct_instructions instructions,
    int32_t threads);

// How tensors are resampled. Both give the same values up to rounding.
typedef CT_ENUM{
    CT_WARP_FUSED,     // one pass of our own; CPU only
    CT_WARP_COMPOSED,  // libtorch's operations; any device
} ct_warp_method;

// Images [N, C, D, H, W] (float32) and labels [N, D, H, W] (uint8) or no tensor, each by its own of N warps; images
// come out channels last.
ct_status ct_warp_tensors(
    ct_tensor images, ct_tensor labels, const ct_warp *warps, ct_warp_method method, ct_tensor *out_images,
    ct_tensor *out_labels);

CT_END

#endif
