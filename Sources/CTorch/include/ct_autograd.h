#ifndef CT_AUTOGRAD_H
#define CT_AUTOGRAD_H

#include "ct_tensor.h"

CT_BEGIN

ct_status ct_set_requires_grad(ct_tensor tensor, bool required);
bool ct_requires_grad(ct_tensor tensor);

// Adds d(tensor)/d(leaf) to every leaf that requires it. `seed` is d(loss)/d(tensor), no tensor for the 1 of a
// scalar.
ct_status ct_backward(ct_tensor tensor, ct_tensor seed);

// The gradient that `ct_backward` left, or no tensor.
ct_status ct_gradient(ct_tensor tensor, ct_tensor *out);
ct_status ct_clear_gradient(ct_tensor tensor);

// The same elements, cut off from the graph.
ct_status ct_detach(ct_tensor tensor, ct_tensor *out);

// Whether this thread records operations; returns what held before.
bool ct_set_recording(bool enabled);

CT_END

#endif
