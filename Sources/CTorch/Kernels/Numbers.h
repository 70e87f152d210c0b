// Elementary functions without branches, and numbers that lie in memory as bfloat16: the same on the CPU and on GPUs.
//
// NVIDIA's compiler has no standard library, so nothing of it is named here that it must have.
#pragma once

#ifdef __CUDACC_RTC__
#define ALWAYS_INLINE __forceinline__
#else
#include <bit>
/// Loops must be inlined into the version that runs them: on their own they are compiled for any processor.
#define ALWAYS_INLINE __attribute__((always_inline)) inline
#endif

namespace segnas {

ALWAYS_INLINE unsigned bits_of(float x) {
#ifdef __CUDACC_RTC__
    return __float_as_uint(x);
#else
    return std::bit_cast<unsigned>(x);
#endif
}

ALWAYS_INLINE float float_of(unsigned bits) {
#ifdef __CUDACC_RTC__
    return __uint_as_float(bits);
#else
    return std::bit_cast<float>(bits);
#endif
}

/// −∞, below which nothing is.
ALWAYS_INLINE float least_float() {
    return float_of(0xFF800000);
}

/// The upper half of a float32.
struct BFloat16 {
    unsigned short bits;
};

ALWAYS_INLINE float to_float(float x) {
    return x;
}
ALWAYS_INLINE float to_float(BFloat16 x) {
    return float_of(static_cast<unsigned>(x.bits) << 16);
}

template <class T>
T from_float(float x);

template <>
ALWAYS_INLINE float from_float<float>(float x) {
    return x;
}

/// To the nearest, ties to even; not a number stays one.
template <>
ALWAYS_INLINE BFloat16 from_float<BFloat16>(float x) {
    const unsigned bits = bits_of(x);
    const unsigned rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
    return {static_cast<unsigned short>(x != x ? 0x7FC0 : rounded)};
}

/// The nearest whole number, ties to even.
ALWAYS_INLINE float nearest(float x) {
#ifdef __CUDACC_RTC__
    return rintf(x);
#else
    return __builtin_rintf(x);
#endif
}

/// eˣ to 2 units in the last place; 0 below −87, finite above 88.
ALWAYS_INLINE float exponential(float x) {
    x = x < -87.3f ? -87.3f : x > 88.3f ? 88.3f : x;
    // x = k·ln 2 + r with |r| ≤ ½ ln 2; ln 2 in two parts, so that r is exact.
    const float k = nearest(x * 1.44269504f);
    const float r = (x - k * 0.693359375f) + k * 2.12194440e-4f;
    // Cephes' polynomial (expf): relative error 1.7·10⁻⁷.
    float y = 1.9875691500e-4f;
    y = y * r + 1.3981999507e-3f;
    y = y * r + 8.3334519073e-3f;
    y = y * r + 4.1665795894e-2f;
    y = y * r + 1.6666665459e-1f;
    y = y * r + 5.0000001201e-1f;
    y = y * r * r + r + 1;
    const float power = float_of(static_cast<unsigned>((static_cast<int>(k) + 127) << 23));
    return x <= -87.3f ? 0 : y * power;
}

/// ln x to 2 units in the last place, for x that is positive, normal and finite.
ALWAYS_INLINE float logarithm(float x) {
    const int bits = static_cast<int>(bits_of(x));
    // x = m·2^e with m in [√½, √2)
    const int e = (bits - 0x3F3504F3) >> 23;
    const float m = float_of(bits_of(x) - (static_cast<unsigned>(e) << 23)) - 1;
    // Cephes' polynomial (logf).
    float y = 7.0376836292e-2f;
    y = y * m - 1.1514610310e-1f;
    y = y * m + 1.1676998740e-1f;
    y = y * m - 1.2420140846e-1f;
    y = y * m + 1.4249322787e-1f;
    y = y * m - 1.6668057665e-1f;
    y = y * m + 2.0000714765e-1f;
    y = y * m - 2.4999993993e-1f;
    y = y * m + 3.3333331174e-1f;
    const float square = m * m;
    const auto exponent = static_cast<float>(e);
    y = y * m * square - 2.12194440e-4f * exponent - 0.5f * square;
    return m + y + 0.693359375f * exponent;
}

/// ln(1 + x) for x ≥ 0, exact where x is small too (Kahan).
ALWAYS_INLINE float logarithm_of_one_plus(float x) {
    const float u = 1 + x;
    const float difference = u - 1;
    return difference == 0 ? x : logarithm(u) * (x / difference);
}

/// max(x, least)^γ of x = −ln p.
struct Power {
    float gamma, least;

    ALWAYS_INLINE float operator()(float x) const { return exponential(gamma * logarithm(x > least ? x : least)); }

    /// γ·x^(γ−1), and 0 below the least.
    ALWAYS_INLINE float slope(float x) const {
        const float t = x > least ? x : least;
        const float value = gamma * exponential((gamma - 1) * logarithm(t));
        return x >= least ? value : 0;
    }
};

}  // namespace segnas
