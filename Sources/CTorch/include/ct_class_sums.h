#ifndef CT_CLASS_SUMS_H
#define CT_CLASS_SUMS_H

#include "ct_tensor.h"

CT_BEGIN

// What segmentation losses are made of, for scores [N, L, D, H, W] and labels [N, D, H, W] of type uint8, a label of 255
// marking voxels that do not count. With p the softmax of the scores, l(x) the label of voxel x and sums over voxels:
typedef struct {
    ct_tensor common;     // [N, L], Σ p_i(x) where l(x) = i
    ct_tensor predicted;  // [N, L], Σ p_i(x)
    ct_tensor actual;     // [N, L], voxels of label i; without gradient
    ct_tensor cross;      // rank 0, Σ w_l(x) · max(−ln p_l(x), least)^γ over all images
} ct_class_sums;

// Float32, with gradients, and no memory of the scores' size besides the gradient's. Any other label ≥ L is an error; a GPU,
// which would have to be waited for to learn of it, leaves such voxels out.
ct_status ct_sum_classes(
    ct_tensor scores, ct_tensor labels, ct_tensor weights, double gamma, double least, ct_class_sums *out);

CT_END

#endif
