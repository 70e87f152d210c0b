#ifndef CT_REGION_SUMS_H
#define CT_REGION_SUMS_H

#include "ct_tensor.h"

CT_BEGIN

// What losses of regions are made of, which may overlap: scores [N, R, D, H, W], labels [N, D, H, W] of type uint8, a
// label of 255 marking voxels that do not count, and members [R, L], 1 where label l belongs to region i, else 0. With
// p the sigmoid of the scores, l(x) the label of voxel x, t_i(x) its membership and sums over voxels:
typedef struct {
    ct_tensor common;     // [N, R], Σ p_i(x) t_i(x)
    ct_tensor predicted;  // [N, R], Σ p_i(x)
    ct_tensor actual;     // [N, R], Σ t_i(x); without gradient
    ct_tensor counted;    // [N], voxels that count; without gradient
    ct_tensor cross;      // rank 0, Σ w_it(x) · max(−ln q_i(x), least)^γ over all regions and images,
                          // q being p where t is 1, and 1 − p elsewhere
} ct_region_sums;

// Float32, with gradients, and no memory of the scores' size besides the gradient's. Weights are [R, 2]: outside of
// each region, and inside. Any other label ≥ L is an error.
ct_status ct_sum_regions(
    ct_tensor scores, ct_tensor labels, ct_tensor members, ct_tensor weights, double gamma, double least,
    ct_region_sums *out);

CT_END

#endif
