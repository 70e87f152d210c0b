#ifndef CT_ARITHMETIC_H
#define CT_ARITHMETIC_H

#include "ct_tensor.h"

CT_BEGIN

typedef CT_ENUM{CT_NEGATE, CT_ABSOLUTE, CT_EXP,       CT_LOG, CT_SQRT,
                CT_RELU,   CT_SIGMOID,  CT_IS_FINITE, CT_NOT} ct_unary_operation;

typedef CT_ENUM{CT_ADD,        CT_SUBTRACT, CT_MULTIPLY,      CT_DIVIDE,    CT_POWER,
                CT_MAXIMUM,    CT_MINIMUM,  CT_EQUAL,         CT_NOT_EQUAL, CT_LESS,
                CT_LESS_EQUAL, CT_GREATER,  CT_GREATER_EQUAL, CT_AND,       CT_OR} ct_binary_operation;

typedef CT_ENUM{CT_SUM, CT_MEAN, CT_LARGEST, CT_SMALLEST, CT_VARIANCE, CT_ANY, CT_ALL} ct_reduction;

// Element by element.
ct_status ct_unary(ct_unary_operation operation, ct_tensor x, ct_tensor *out);

// Element by element, shapes broadcast; comparisons give CT_BOOL.
ct_status ct_binary(ct_binary_operation operation, ct_tensor a, ct_tensor b, ct_tensor *out);

// The same with a number on the right, or on the left where `reversed`; the number takes the tensor's type
// unless the tensor is integral and the number is not.
ct_status ct_binary_scalar(ct_binary_operation operation, ct_tensor a, double b, bool reversed, ct_tensor *out);

// Over the given dimensions, or all of them where the list is empty. Variance is divided by the count less one.
ct_status ct_reduce(ct_reduction reduction, ct_tensor x, ct_shape dimensions, bool keep_dimensions, ct_tensor *out);

// Index of the largest element along a dimension, CT_INT64.
ct_status ct_argmax(ct_tensor x, int64_t dimension, bool keep_dimension, ct_tensor *out);

// out[i][j][k] = x[index[i][j][k]][j][k] for dimension 0, and so on; index is CT_INT64.
ct_status ct_gather(ct_tensor x, int64_t dimension, ct_tensor index, ct_tensor *out);

// Labels [N, …] of any integral type to indicators [N, classes, …]. A label outside 0 ..< classes is an error.
ct_status ct_one_hot(ct_tensor labels, int64_t classes, ct_dtype dtype, ct_tensor *out);

// How often classes meet: [classes, classes] of CT_INT64, the elements at which `a` is i and `b` is j, both of CT_UINT8 and
// one shape. Those at which either is no class are left out.
ct_status ct_count_pairs(ct_tensor a, ct_tensor b, int64_t classes, ct_tensor *out);

// Limits elements to [low, high]; an infinite bound does not bound.
ct_status ct_clamp(ct_tensor x, double low, double high, ct_tensor *out);

// a where the condition holds, else b.
ct_status ct_where(ct_tensor condition, ct_tensor a, ct_tensor b, ct_tensor *out);

// softmax over a dimension, and its logarithm.
ct_status ct_softmax(ct_tensor x, int64_t dimension, ct_tensor *out);
ct_status ct_log_softmax(ct_tensor x, int64_t dimension, ct_tensor *out);

CT_END

#endif
