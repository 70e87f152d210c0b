#ifndef CT_VIEWS_H
#define CT_VIEWS_H

#include "ct_tensor.h"

CT_BEGIN

// Views share memory with their tensor; negative dimensions count from the end.
ct_status ct_reshape(ct_tensor tensor, ct_shape shape, ct_tensor *out);  // copies only where no view can do it
ct_status ct_permute(ct_tensor tensor, ct_shape dimensions, ct_tensor *out);
ct_status ct_slice(ct_tensor tensor, int64_t dimension, int64_t start, int64_t end, int64_t step, ct_tensor *out);
ct_status ct_select(ct_tensor tensor, int64_t dimension, int64_t index, ct_tensor *out);
ct_status ct_unsqueeze(ct_tensor tensor, int64_t dimension, ct_tensor *out);
ct_status ct_squeeze(ct_tensor tensor, int64_t dimension, ct_tensor *out);
ct_status ct_expand(ct_tensor tensor, ct_shape shape, ct_tensor *out);

// Joins along a dimension that exists (cat) or is made (stack).
ct_status ct_cat(const ct_tensor *tensors, size_t count, int64_t dimension, ct_tensor *out);
ct_status ct_stack(const ct_tensor *tensors, size_t count, int64_t dimension, ct_tensor *out);

// Pads with a value; `amounts` is (before, after) for the last dimension, then the one before it, and so on.
// Negative amounts crop.
ct_status ct_pad(ct_tensor tensor, ct_shape amounts, double value, ct_tensor *out);

CT_END

#endif
