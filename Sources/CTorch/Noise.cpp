// Gaussian noise that depends on a seed and a voxel's index alone, whichever thread makes it.
//
// Philox 4×32-10: Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3",
// doi:10.1145/2063384.2063405. Pairs of its numbers become normal ones by Box & Muller 1958, doi:10.1214/aoms/1177706645.

#include <algorithm>
#include <cmath>

#include "Bridge.h"
#include "Parallel.h"
#include "Vector.h"
#include "include/ct_intensity.h"

using namespace segnas;

namespace {

/// Counters of a block; each gives four numbers.
constexpr int64_t width = 64;

struct Words {
    uint32_t word[4][width];
};

/// One round on all counters of a block.
ALWAYS_INLINE void mix(Words &words, uint32_t key0, uint32_t key1) {
    for (int64_t i = 0; i < width; ++i) {
        const uint64_t a = uint64_t{0xD2511F53} * words.word[0][i], b = uint64_t{0xCD9E8D57} * words.word[2][i];
        const uint32_t first = static_cast<uint32_t>(b >> 32) ^ words.word[1][i] ^ key0;
        const uint32_t third = static_cast<uint32_t>(a >> 32) ^ words.word[3][i] ^ key1;
        words.word[0][i] = first;
        words.word[1][i] = static_cast<uint32_t>(b);
        words.word[2][i] = third;
        words.word[3][i] = static_cast<uint32_t>(a);
    }
}

/// Random words for counters start ..< start + width.
ALWAYS_INLINE void draw(uint64_t start, uint64_t seed, Words &words) {
    for (int64_t i = 0; i < width; ++i) {
        const uint64_t counter = start + i;
        words.word[0][i] = static_cast<uint32_t>(counter);
        words.word[1][i] = static_cast<uint32_t>(counter >> 32);
        words.word[2][i] = words.word[3][i] = 0;
    }
    auto key0 = static_cast<uint32_t>(seed), key1 = static_cast<uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
        mix(words, key0, key1);
        key0 += 0x9E3779B9;
        key1 += 0xBB67AE85;
    }
}

/// sin and cos for |x| ≤ π/4, Taylor to float32's last digit.
ALWAYS_INLINE float sine(float x) {
    const float s = x * x;
    return x * (1 + s * (-1.6666667e-1f + s * (8.3333333e-3f + s * (-1.9841270e-4f + s * 2.7557319e-6f))));
}
ALWAYS_INLINE float cosine(float x) {
    const float s = x * x;
    return 1 + s * (-0.5f + s * (4.1666667e-2f + s * (-1.3888889e-3f + s * 2.4801587e-5f)));
}

/// Two independent normal numbers from two words: a radius, and an angle as a quadrant and an angle within it.
ALWAYS_INLINE void normal_pair(uint32_t first, uint32_t second, float &a, float &b) {
    const float uniform = (static_cast<float>(static_cast<int32_t>(first >> 8)) + 1) * 0x1p-24f;  // (0, 1]
    const float radius = __builtin_sqrtf(-2 * logarithm(uniform));
    const float share = static_cast<float>(static_cast<int32_t>((second >> 6) & 0xFFFFFF)) * 0x1p-24f;
    const float angle = (share - 0.5f) * 1.57079633f;  // −π/4 … π/4
    const float x = radius * cosine(angle), y = radius * sine(angle);
    const bool turned = second & 1, opposite = second & 2;
    const float u = turned ? -y : x, v = turned ? x : y;
    a = opposite ? -u : u;
    b = opposite ? -v : v;
}

/// 4·width normal numbers.
ALWAYS_INLINE void normal_block(uint64_t start, uint64_t seed, float *out) {
    Words words;
    draw(start, seed, words);
    for (int pair = 0; pair < 2; ++pair) {
        const uint32_t *first = words.word[2 * pair], *second = words.word[2 * pair + 1];
        float *a = out + 2 * pair * width, *b = a + width;
        for (int64_t i = 0; i < width; ++i) normal_pair(first[i], second[i], a[i], b[i]);
    }
}

ALWAYS_INLINE void add_scaled(float *values, const float *noise, float scale, int64_t count) {
    for (int64_t i = 0; i < count; ++i) values[i] += scale * noise[i];
}

}  // namespace

ct_status ct_add_noise(const ct_channel *channel, double deviation, uint64_t seed) {
    return guarded("noise", [&] {
        constexpr int64_t block = 4 * width;
        const int64_t count = channel->size.depth * channel->size.height * channel->size.width;
        parallel_for((count + block - 1) / block, 64, channel->threads, [&](int64_t begin, int64_t end) {
            float noise[block];
            for (int64_t b = begin; b < end; ++b) {
                in_vectors<normal_block>(static_cast<uint64_t>(b * width), seed, noise);
                in_vectors<add_scaled>(
                    channel->values + b * block, noise, static_cast<float>(deviation),
                    std::min(block, count - b * block));
            }
        });
    });
}
