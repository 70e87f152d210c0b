// The loops of NormSum over channels-last memory: rows of C channels, one row a voxel.
#pragma once

#include <cstdint>
#include <vector>

#include "Vector.h"

namespace segnas {

/// Values of all channels repeated over so many rows that the length is a multiple of every vector's.
///
/// Rows are short (16 channels fill one vector, 21 none), so loops run over `rows` of them at once.
struct Rows {
    int64_t channels, rows;

    explicit Rows(int64_t channels);

    int64_t length() const { return channels * rows; }
    /// [C] repeated.
    std::vector<float> repeated(const float *values) const;
    /// Sums over the repetitions, added to [C].
    void fold(const float *values, double *sums) const;
};

/// A summand in one image; `scale` and the like are repeated, and null for values as they are.
template <class T>
struct TermRows {
    const T *x;
    const float *scale, *shift;
    const float *mean;
    const float *keep;  // null where dropout does not apply
    bool has_relu;
    float slope;  // of negative values under ReLU
};

/// Σ over elements of x − pivot and of its square, added to two sums of the length of the rows.
void add_moments(const Rows &, const float *x, const float *pivot, int64_t count, float *sum, float *squares);
void add_moments(const Rows &, const BFloat16 *x, const float *pivot, int64_t count, float *sum, float *squares);

/// y = Σ terms, for `count` elements from the beginning of a row.
void sum_terms(const Rows &, const TermRows<float> *, int64_t terms, int64_t count, float *y);
void sum_terms(const Rows &, const TermRows<BFloat16> *, int64_t terms, int64_t count, BFloat16 *y);

/// With g = dy·keep where the term is positive, times the slope elsewhere: Σ g and Σ g·(x − mean), added to two sums.
void add_gradient_sums(
    const Rows &, const TermRows<float> &, const float *dy, int64_t count, float *sum, float *products);
void add_gradient_sums(
    const Rows &, const TermRows<BFloat16> &, const BFloat16 *dy, int64_t count, float *sum, float *products);

/// dx = scale·(g − offset − (x − mean)·incline); repeated offset and incline.
void write_gradient(
    const Rows &, const TermRows<float> &, const float *dy, const float *offset, const float *incline, int64_t count,
    float *dx);
void write_gradient(
    const Rows &, const TermRows<BFloat16> &, const BFloat16 *dy, const float *offset, const float *incline,
    int64_t count, BFloat16 *dx);

}  // namespace segnas
