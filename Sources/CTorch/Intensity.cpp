// Changes of one channel's values, voxel by voxel.

#include "include/ct_intensity.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "Bridge.h"
#include "Parallel.h"
#include "Vector.h"

using namespace segnas;

namespace {

/// Values of a block: small enough for the first cache. Sums are kept for each block and added up in order, so that
/// they do not depend on the number of threads.
constexpr int64_t block = 4096;

int64_t count_of(const ct_channel &channel) {
    return channel.size.depth * channel.size.height * channel.size.width;
}

/// Runs `body(index of the block, first value, count)` for all blocks.
template <class Body>
void for_each_block(const ct_channel &channel, const Body &body) {
    const int64_t count = count_of(channel);
    parallel_for((count + block - 1) / block, 16, channel.threads, [&](int64_t begin, int64_t end) {
        for (int64_t b = begin; b < end; ++b) {
            body(b, channel.values + b * block, std::min(block, count - b * block));
        }
    });
}

struct Sums {
    float minimum = std::numeric_limits<float>::infinity(), maximum = -std::numeric_limits<float>::infinity();
    double sum = 0, squares = 0;
};

/// Squares are of the differences from `centre`: without it, small deviations would drown in large means.
ALWAYS_INLINE void measure_block(const float *values, int64_t count, float centre, Sums &sums) {
    constexpr int64_t lanes = 16;
    float least[lanes], most[lanes];
    double sum[lanes] = {}, squares[lanes] = {};
    std::fill_n(least, lanes, values[0]);
    std::fill_n(most, lanes, values[0]);
    int64_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        for (int64_t k = 0; k < lanes; ++k) {
            const float value = values[i + k];
            const double difference = value - centre;
            least[k] = value < least[k] ? value : least[k];
            most[k] = value > most[k] ? value : most[k];
            sum[k] += difference;
            squares[k] += difference * difference;
        }
    }
    for (; i < count; ++i) {
        const double difference = values[i] - centre;
        least[0] = std::min(least[0], values[i]);
        most[0] = std::max(most[0], values[i]);
        sum[0] += difference;
        squares[0] += difference * difference;
    }
    for (int64_t k = 0; k < lanes; ++k) {
        sums.minimum = std::min(sums.minimum, least[k]);
        sums.maximum = std::max(sums.maximum, most[k]);
        sums.sum += sum[k];
        sums.squares += squares[k];
    }
}

ALWAYS_INLINE void rescale_block(
    float *values, int64_t count, float factor, float shift, float minimum, float maximum) {
    for (int64_t i = 0; i < count; ++i) {
        const float value = factor * values[i] + shift;
        values[i] = value < minimum ? minimum : value > maximum ? maximum : value;
    }
}

/// v → start + range·((v − start)/range)^exponent with range = end − start, which may be negative; exact at both ends.
ALWAYS_INLINE void gamma_block(float *values, int64_t count, float exponent, float start, float end) {
    const float minimum = start < end ? start : end, maximum = start < end ? end : start, range = end - start;
    for (int64_t i = 0; i < count; ++i) {
        const float share = (values[i] - start) / range;
        // The logarithm is of normal numbers only; 10⁻³⁰ to any exponent that makes sense is nothing.
        const float power = exponential(exponent * logarithm(share > 1e-30f ? share : 1e-30f));
        const float value = share < 1 ? start + range * power : end;
        values[i] = value < minimum ? minimum : value > maximum ? maximum : value;
    }
}

}  // namespace

ct_status ct_measure_values(const ct_channel *channel, ct_value_statistics *out) {
    return guarded("statistics", [&] {
        const int64_t count = count_of(*channel);
        TORCH_CHECK(count > 0, "no values");
        std::vector<Sums> parts((count + block - 1) / block);
        const float centre = channel->values[count / 2];
        for_each_block(*channel, [&](int64_t b, const float *values, int64_t length) {
            in_vectors<measure_block>(values, length, centre, parts[b]);
        });
        Sums all;
        for (const auto &part : parts) {
            all.minimum = std::min(all.minimum, part.minimum);
            all.maximum = std::max(all.maximum, part.maximum);
            all.sum += part.sum;
            all.squares += part.squares;
        }
        const double difference = all.sum / count;
        const double variance = std::max(0.0, all.squares / count - difference * difference);
        *out = {all.minimum, all.maximum, centre + difference, std::sqrt(variance)};
    });
}

ct_status ct_rescale_values(const ct_channel *channel, double factor, double shift, double minimum, double maximum) {
    return guarded("rescale", [&] {
        for_each_block(*channel, [&](int64_t, float *values, int64_t count) {
            in_vectors<rescale_block>(
                values, count, static_cast<float>(factor), static_cast<float>(shift), static_cast<float>(minimum),
                static_cast<float>(maximum));
        });
    });
}

ct_status ct_gamma_values(const ct_channel *channel, double exponent, double minimum, double maximum, bool inverted) {
    return guarded("gamma", [&] {
        TORCH_CHECK(exponent > 0, "the exponent must be positive");
        const auto low = static_cast<float>(minimum), high = static_cast<float>(maximum);
        // Of equal values nothing is left to change.
        if (!(high - low > 1e-12f)) return;
        for_each_block(*channel, [&](int64_t, float *values, int64_t count) {
            in_vectors<gamma_block>(
                values, count, static_cast<float>(exponent), inverted ? high : low, inverted ? low : high);
        });
    });
}

void ct_interleave(const float *planar, int64_t channels, int64_t voxels, float *out) {
    for (int64_t start = 0; start < voxels; start += block) {
        const int64_t end = std::min(voxels, start + block);
        for (int64_t c = 0; c < channels; ++c) {
            for (int64_t i = start; i < end; ++i) out[i * channels + c] = planar[c * voxels + i];
        }
    }
}
