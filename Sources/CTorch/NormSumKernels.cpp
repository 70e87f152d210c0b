#include "NormSumKernels.h"

#include <algorithm>
#include <numeric>

#include "Vector.h"

namespace segnas {

namespace {

/// Elements that a loop should have, so that starting it costs little beside running it.
constexpr int64_t least_length = 512;

/// Runs a body on every stretch of one length of rows: (offset, elements).
template <class Body>
ALWAYS_INLINE void each_stretch(const Rows &rows, int64_t count, Body &&body) {
    const int64_t length = rows.channels * rows.rows;
    for (int64_t at = 0; at < count; at += length) body(at, count - at < length ? count - at : length);
}

template <class T>
ALWAYS_INLINE void moments(
    const Rows &rows, const T *x, const float *__restrict pivot, int64_t count, float *__restrict sum,
    float *__restrict squares) {
    each_stretch(
        rows, count, [&](int64_t at, int64_t n) __attribute__((always_inline)) {
            const T *__restrict values = x + at;
            for (int64_t i = 0; i < n; ++i) {
                const float value = to_float(values[i]) - pivot[i];
                sum[i] += value;
                squares[i] += value * value;
            }
        });
}

/// A value after ReLU, leaky or not: not a number is not below the least, and must not vanish.
template <bool is_leaky>
ALWAYS_INLINE float rectified(float value, float least, float slope) {
    if constexpr (is_leaky) return value < 0 ? value * slope : value;
    return value < least ? least : value;
}

/// What a normalized term adds to a stretch.
template <bool is_leaky, class T>
ALWAYS_INLINE void add_normalized(const TermRows<T> &term, int64_t at, int64_t n, float *__restrict y) {
    const T *__restrict x = term.x + at;
    const float *__restrict scale = term.scale, *__restrict shift = term.shift, *__restrict keep = term.keep;
    const float least = term.has_relu ? 0 : -__builtin_inff(), slope = term.slope;
    if (keep) {
        for (int64_t i = 0; i < n; ++i) {
            const float value = to_float(x[i]) * scale[i] + shift[i];
            y[i] += rectified<is_leaky>(value, least, slope) * keep[i];
        }
    } else {
        for (int64_t i = 0; i < n; ++i) {
            const float value = to_float(x[i]) * scale[i] + shift[i];
            y[i] += rectified<is_leaky>(value, least, slope);
        }
    }
}

template <class T>
ALWAYS_INLINE bool is_leaky(const TermRows<T> &term) {
    return term.has_relu && term.slope != 0;
}

/// What a term adds to a stretch.
template <class T>
ALWAYS_INLINE void add_term(const TermRows<T> &term, int64_t at, int64_t n, float *__restrict y) {
    if (term.scale) {
        is_leaky(term) ? add_normalized<true>(term, at, n, y) : add_normalized<false>(term, at, n, y);
        return;
    }
    const T *__restrict x = term.x + at;
    const float *__restrict keep = term.keep;
    if (keep) {
        for (int64_t i = 0; i < n; ++i) y[i] += to_float(x[i]) * keep[i];
    } else {
        for (int64_t i = 0; i < n; ++i) y[i] += to_float(x[i]);
    }
}

template <class T>
ALWAYS_INLINE void sum(
    const Rows &rows, const TermRows<T> *terms, int64_t term_count, int64_t count, T *y, float *buffer) {
    each_stretch(
        rows, count, [&](int64_t at, int64_t n) __attribute__((always_inline)) {
            for (int64_t i = 0; i < n; ++i) buffer[i] = 0;
            for (int64_t i = 0; i < term_count; ++i) add_term(terms[i], at, n, buffer);
            T *__restrict out = y + at;
            for (int64_t i = 0; i < n; ++i) out[i] = from_float<T>(buffer[i]);
        });
}

/// dy·keep where the term is positive, else 0 or the slope times it.
template <bool has_keep, bool is_leaky, class T>
ALWAYS_INLINE float passed(T dy, T x, float scale, float shift, float keep, float least, float slope) {
    const float value = to_float(x) * scale + shift;
    const float gradient = has_keep ? to_float(dy) * keep : to_float(dy);
    if constexpr (is_leaky) return value <= 0 ? gradient * slope : gradient;
    return value <= least ? 0 : gradient;
}

template <bool has_keep, bool is_leaky, class T>
ALWAYS_INLINE void gradient_sums(
    const Rows &rows, const TermRows<T> &term, const T *dy, int64_t count, float *__restrict sum,
    float *__restrict products) {
    const float *__restrict scale = term.scale, *__restrict shift = term.shift, *__restrict mean = term.mean;
    const float *__restrict keep = has_keep ? term.keep : term.scale;
    const float least = term.has_relu ? 0 : -__builtin_inff(), slope = term.slope;
    each_stretch(
        rows, count, [&](int64_t at, int64_t n) __attribute__((always_inline)) {
            const T *__restrict x = term.x + at, *__restrict gradient = dy + at;
            for (int64_t i = 0; i < n; ++i) {
                const float g = passed<has_keep, is_leaky>(
                    gradient[i], x[i], scale[i], shift[i], keep[i], least, slope);
                sum[i] += g;
                products[i] += g * (to_float(x[i]) - mean[i]);
            }
        });
}

template <bool has_keep, bool is_leaky, class T>
ALWAYS_INLINE void gradient(
    const Rows &rows, const TermRows<T> &term, const T *dy, const float *__restrict offset,
    const float *__restrict incline, int64_t count, T *dx) {
    const float *__restrict scale = term.scale, *__restrict shift = term.shift, *__restrict mean = term.mean;
    const float *__restrict keep = has_keep ? term.keep : term.scale;
    const float least = term.has_relu ? 0 : -__builtin_inff(), slope = term.slope;
    each_stretch(
        rows, count, [&](int64_t at, int64_t n) __attribute__((always_inline)) {
            const T *__restrict x = term.x + at, *__restrict dy_here = dy + at;
            T *__restrict out = dx + at;
            for (int64_t i = 0; i < n; ++i) {
                const float g = passed<has_keep, is_leaky>(dy_here[i], x[i], scale[i], shift[i], keep[i], least, slope);
                out[i] = from_float<T>(scale[i] * (g - offset[i] - (to_float(x[i]) - mean[i]) * incline[i]));
            }
        });
}

template <class T>
void any_gradient_sums(
    const Rows &rows, const TermRows<T> &term, const T *dy, int64_t count, float *sum, float *products) {
    if (term.keep && is_leaky(term)) {
        in_vectors<gradient_sums<true, true, T>>(rows, term, dy, count, sum, products);
    } else if (term.keep) {
        in_vectors<gradient_sums<true, false, T>>(rows, term, dy, count, sum, products);
    } else if (is_leaky(term)) {
        in_vectors<gradient_sums<false, true, T>>(rows, term, dy, count, sum, products);
    } else {
        in_vectors<gradient_sums<false, false, T>>(rows, term, dy, count, sum, products);
    }
}

template <class T>
void any_gradient(
    const Rows &rows, const TermRows<T> &term, const T *dy, const float *offset, const float *incline, int64_t count,
    T *dx) {
    if (term.keep && is_leaky(term)) {
        in_vectors<gradient<true, true, T>>(rows, term, dy, offset, incline, count, dx);
    } else if (term.keep) {
        in_vectors<gradient<true, false, T>>(rows, term, dy, offset, incline, count, dx);
    } else if (is_leaky(term)) {
        in_vectors<gradient<false, true, T>>(rows, term, dy, offset, incline, count, dx);
    } else {
        in_vectors<gradient<false, false, T>>(rows, term, dy, offset, incline, count, dx);
    }
}

}  // namespace

Rows::Rows(int64_t channels) : channels(channels) {
    const int64_t whole = 16 / std::gcd<int64_t>(channels, 16);
    rows = std::max<int64_t>(1, (least_length / channels + whole - 1) / whole) * whole;
}

std::vector<float> Rows::repeated(const float *values) const {
    std::vector<float> all(length());
    for (int64_t i = 0; i < rows; ++i) std::copy_n(values, channels, all.begin() + i * channels);
    return all;
}

void Rows::fold(const float *values, double *sums) const {
    for (int64_t i = 0; i < length(); ++i) sums[i % channels] += values[i];
}

void sum_terms(const Rows &rows, const TermRows<float> *terms, int64_t term_count, int64_t count, float *y) {
    std::vector<float> buffer(rows.length());
    in_vectors<sum<float>>(rows, terms, term_count, count, y, buffer.data());
}

void sum_terms(const Rows &rows, const TermRows<BFloat16> *terms, int64_t term_count, int64_t count, BFloat16 *y) {
    std::vector<float> buffer(rows.length());
    in_vectors<sum<BFloat16>>(rows, terms, term_count, count, y, buffer.data());
}

void add_moments(const Rows &rows, const float *x, const float *pivot, int64_t count, float *sum, float *squares) {
    in_vectors<moments<float>>(rows, x, pivot, count, sum, squares);
}

void add_moments(const Rows &rows, const BFloat16 *x, const float *pivot, int64_t count, float *sum, float *squares) {
    in_vectors<moments<BFloat16>>(rows, x, pivot, count, sum, squares);
}

void add_gradient_sums(
    const Rows &rows, const TermRows<float> &term, const float *dy, int64_t count, float *sum, float *products) {
    any_gradient_sums(rows, term, dy, count, sum, products);
}

void add_gradient_sums(
    const Rows &rows, const TermRows<BFloat16> &term, const BFloat16 *dy, int64_t count, float *sum, float *products) {
    any_gradient_sums(rows, term, dy, count, sum, products);
}

void write_gradient(
    const Rows &rows, const TermRows<float> &term, const float *dy, const float *offset, const float *incline,
    int64_t count, float *dx) {
    any_gradient(rows, term, dy, offset, incline, count, dx);
}

void write_gradient(
    const Rows &rows, const TermRows<BFloat16> &term, const BFloat16 *dy, const float *offset, const float *incline,
    int64_t count, BFloat16 *dx) {
    any_gradient(rows, term, dy, offset, incline, count, dx);
}

}  // namespace segnas
