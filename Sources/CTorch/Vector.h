// What loops of ours share that the compiler turns into vector instructions: one version for each vector width, chosen
// when they run; elementary functions without branches; numbers that lie in memory as bfloat16.
#pragma once

#include <bit>
#include <cstdint>

#include "Instructions.h"

/// Loops must be inlined into the version that runs them: on their own they are compiled for any processor.
#define ALWAYS_INLINE __attribute__((always_inline)) inline

namespace segnas {

/// A function compiled once for each set of instructions.
template <auto function>
struct Versions;

template <class... Parameters, void (*function)(Parameters...)>
struct Versions<function> {
    __attribute__((target("arch=x86-64-v4"))) static void avx512(Parameters... all) { function(all...); }
    __attribute__((target("arch=x86-64-v3"))) static void avx2(Parameters... all) { function(all...); }
    static void baseline(Parameters... all) { function(all...); }
};

/// Calls a function that is `ALWAYS_INLINE` in its version for `kernel_instructions()`.
///
///     in_vectors<add_scaled>(values, noise, scale, count);
///
/// Not the compiler's `target_clones`: those are chosen while the program is loaded, before a variable could limit them.
template <auto function, class... Arguments>
void in_vectors(Arguments &&...all) {
    switch (kernel_instructions()) {
    case Instructions::avx512: return Versions<function>::avx512(static_cast<Arguments &&>(all)...);
    case Instructions::avx2: return Versions<function>::avx2(static_cast<Arguments &&>(all)...);
    case Instructions::baseline: return Versions<function>::baseline(static_cast<Arguments &&>(all)...);
    }
}

/// The upper half of a float32.
struct BFloat16 {
    uint16_t bits;
};

ALWAYS_INLINE float to_float(float x) {
    return x;
}
ALWAYS_INLINE float to_float(BFloat16 x) {
    return std::bit_cast<float>(uint32_t{x.bits} << 16);
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
    const auto bits = std::bit_cast<uint32_t>(x);
    const uint32_t rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
    return {static_cast<uint16_t>(x != x ? 0x7FC0 : rounded)};
}

/// eˣ to 2 units in the last place; 0 below −87, finite above 88.
ALWAYS_INLINE float exponential(float x) {
    x = x < -87.3f ? -87.3f : x > 88.3f ? 88.3f : x;
    // x = k·ln 2 + r with |r| ≤ ½ ln 2; ln 2 in two parts, so that r is exact.
    const float k = __builtin_rintf(x * 1.44269504f);
    const float r = (x - k * 0.693359375f) + k * 2.12194440e-4f;
    // Cephes' polynomial (expf): relative error 1.7·10⁻⁷.
    float y = 1.9875691500e-4f;
    y = y * r + 1.3981999507e-3f;
    y = y * r + 8.3334519073e-3f;
    y = y * r + 4.1665795894e-2f;
    y = y * r + 1.6666665459e-1f;
    y = y * r + 5.0000001201e-1f;
    y = y * r * r + r + 1;
    const auto power = std::bit_cast<float>((static_cast<int32_t>(k) + 127) << 23);
    return x <= -87.3f ? 0 : y * power;
}

/// ln x to 2 units in the last place, for x that is positive, normal and finite.
ALWAYS_INLINE float logarithm(float x) {
    const auto bits = std::bit_cast<int32_t>(x);
    // x = m·2^e with m in [√½, √2)
    int32_t e = (bits - 0x3F3504F3) >> 23;
    const float m = std::bit_cast<float>(bits - (e << 23)) - 1;
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

}  // namespace segnas
