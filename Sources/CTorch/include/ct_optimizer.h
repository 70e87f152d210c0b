#ifndef CT_OPTIMIZER_H
#define CT_OPTIMIZER_H

#include "ct_tensor.h"

CT_BEGIN

// One parameter θ with its gradient g and moments: float32 or float64, all of one shape, type and device.
typedef struct {
    ct_tensor parameter, gradient;
    ct_tensor first;   // m, or the momentum buffer of SGD
    ct_tensor second;  // v, unused by SGD
} ct_optimizer_slot;

// Adam's family in one form; the caller folds the step number into the coefficients:
//   g += l2·θ;  θ −= decay·θ;  m = β₁m + (1−β₁)g;  v = β₂v + (1−β₂)g²
//   θ −= (momentum_weight·m + gradient_weight·g) / (√(v·second_scale) + ε)
typedef struct {
    double beta1, beta2, epsilon;
    double momentum_weight, gradient_weight;  // learning rate included
    double second_scale;
    double l2, decay;
} ct_adam_coefficients;

// g += l2·θ;  m = momentum·m + g;  θ −= rate·(nesterov ? g + momentum·m : m)
typedef struct {
    double rate, momentum, l2;
    bool nesterov;
} ct_sgd_coefficients;

// How a step is computed. Both give the same values up to rounding.
typedef CT_ENUM{
    CT_STEP_FUSED,   // one pass over all parameters; CPU only (on the meta device nothing is left to do)
    CT_STEP_FOREACH  // libtorch's multi-tensor operations; any device
} ct_step_method;

// One step over all slots.
ct_status ct_adam_step(
    const ct_optimizer_slot *slots, size_t count, const ct_adam_coefficients *coefficients, ct_step_method method);
ct_status ct_sgd_step(
    const ct_optimizer_slot *slots, size_t count, const ct_sgd_coefficients *coefficients, ct_step_method method);

// Scales tensors of one type so that the Euclidean norm of all together is at most `limit`; one that is not finite leaves some
// that are not.
ct_status ct_clip_to_norm(const ct_tensor *tensors, size_t count, double limit);

// average ← share·average + (1 − share)·value, for tensors of one type.
ct_status ct_move_averages(const ct_tensor *averages, const ct_tensor *values, size_t count, double share);

CT_END

#endif
