#ifndef CT_PROBABILITIES_H
#define CT_PROBABILITIES_H

#include "ct_volume.h"

CT_BEGIN

// Numbers along depth, height and width, all of them behind a box's first.
typedef struct {
    const float *depth, *height, *width;
} ct_weights;

// Sums of probabilities that lie outside of any tensor.
typedef struct {
    float *first;        // that of the first class at a box's first voxel
    int64_t class_step;  // from one class to the next
    ct_extent steps;     // from one voxel to the next
} ct_probability_sums;

// Adds the probabilities in a box of scores [1, L, D, H, W] on the CPU, times the product of their voxel's weights: softmax over
// the classes, or the sigmoid of each. `are_finite` tells whether all of them are numbers.
ct_status ct_add_probabilities(
    ct_tensor scores, bool are_regions, ct_extent first, ct_extent lengths, const ct_weights *weights,
    const ct_probability_sums *sums, bool *are_finite);

CT_END

#endif
