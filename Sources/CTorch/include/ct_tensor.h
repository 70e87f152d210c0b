#ifndef CT_TENSOR_H
#define CT_TENSOR_H

#include "ct_status.h"

CT_BEGIN

// A reference to a tensor; `impl` is null for "no tensor" where a function says so.
typedef struct {
    void *impl;
} ct_tensor;

typedef CT_ENUM{CT_FLOAT32, CT_FLOAT64, CT_BFLOAT16, CT_INT64, CT_UINT8, CT_BOOL} ct_dtype;

// Order of a [N, C, D, H, W] tensor in memory: as written, or with C innermost.
typedef CT_ENUM{CT_CONTIGUOUS, CT_CHANNELS_LAST} ct_format;

// -1 is the CPU, 0… a CUDA device, -2 the meta device: shapes without elements, whose memory is only counted.
typedef int32_t ct_device;

// A shape: `rank` extents.
typedef struct {
    const int64_t *extents;
    size_t rank;
} ct_shape;

// Gives up the caller's reference.
void ct_tensor_release(ct_tensor tensor);

// A CPU tensor with a copy of the row-major elements at `bytes`.
ct_status ct_tensor_copying(const void *bytes, ct_shape shape, ct_dtype dtype, ct_tensor *out);

// A CPU tensor over the row-major elements at `bytes`, not copied; `release(context)` is called once, when the
// last tensor over them has gone. On failure nothing is released.
ct_status ct_tensor_adopting(
    void *bytes, ct_shape shape, ct_dtype dtype, void (*release)(void *), void *context, ct_tensor *out);

// A tensor filled with one value. CT_CHANNELS_LAST needs rank 5.
ct_status ct_tensor_full(
    ct_shape shape, double value, ct_dtype dtype, ct_device device, ct_format format, ct_tensor *out);

// Zeros of the same shape, type, device and layout.
ct_status ct_tensor_zeros_like(ct_tensor tensor, ct_tensor *out);

// Facts; none of these can fail.
ct_dtype ct_tensor_dtype(ct_tensor tensor);
ct_device ct_tensor_device(ct_tensor tensor);
ct_shape ct_tensor_shape(ct_tensor tensor);  // borrowed from the tensor
int64_t ct_tensor_count(ct_tensor tensor);
bool ct_tensor_is_in_format(ct_tensor tensor, ct_format format);

// The first element; null for an empty tensor. Row-major only if the tensor is in CT_CONTIGUOUS format.
void *ct_tensor_data(ct_tensor tensor);

// Copies the elements, row-major, from any device and layout, to `bytes`, which has room for `size` bytes:
// exactly count × element size.
ct_status ct_tensor_copy_out(ct_tensor tensor, void *bytes, size_t size);

// A number on its way from a device to the host.
typedef struct {
    void *impl;
} ct_reading;

// Queues the copy of the only element of a tensor behind what its device was given; the host goes on.
ct_status ct_reading_begin(ct_tensor tensor, ct_reading *out);

// The number; waits until it is there.
ct_status ct_reading_value(ct_reading reading, double *out);
void ct_reading_release(ct_reading reading);

// The same elements in another type, on another device, in another order of memory; the tensor itself where
// nothing changes. Differentiable. To a GPU they are copied while the host goes on.
ct_status ct_tensor_to_dtype(ct_tensor tensor, ct_dtype dtype, ct_tensor *out);
ct_status ct_tensor_to_device(ct_tensor tensor, ct_device device, ct_tensor *out);
ct_status ct_tensor_to_format(ct_tensor tensor, ct_format format, ct_tensor *out);

// A copy that shares nothing with the tensor. Differentiable.
ct_status ct_tensor_clone(ct_tensor tensor, ct_tensor *out);

// Overwrites the elements of `target` with those of `source` (broadcast, cast), not recorded for gradients.
ct_status ct_tensor_assign(ct_tensor target, ct_tensor source);

CT_END

#endif
