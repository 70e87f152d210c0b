#ifndef CT_RANDOM_H
#define CT_RANDOM_H

#include "ct_tensor.h"

CT_BEGIN

// Seeds the default generators of the CPU and of every CUDA device.
ct_status ct_seed(uint64_t seed);

// The state of a device's default generator, CT_UINT8 [bytes], to be kept and set again.
ct_status ct_generator_state(ct_device device, ct_tensor *out);
ct_status ct_set_generator_state(ct_device device, ct_tensor state);

// A float32 CPU tensor of independent draws from N(0, deviation²) or U[low, high); depends on the seed alone.
ct_status ct_normal(ct_shape shape, double deviation, uint64_t seed, ct_tensor *out);
ct_status ct_uniform(ct_shape shape, double low, double high, uint64_t seed, ct_tensor *out);

CT_END

#endif
