// Linear maps of all lines along one axis of a volume: blur, and resolution lost along an axis.
//
// Neighbouring lines are taken in bundles, laid side by side, so that a vector holds one place of many lines.

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>

#include "Bridge.h"
#include "Parallel.h"
#include "Vector.h"
#include "include/ct_intensity.h"

using namespace segnas;

namespace {

/// Lines of a bundle.
constexpr int64_t width = 32;

/// Where lines lie: `count` lines of `length` values; lines that are neighbours lie `step` apart in groups of `group`,
/// groups `group_step` apart.
struct Lines {
    int64_t count, length, value_step, step, group, group_step;

    float *first(float *values, int64_t line) const { return values + line / group * group_step + line % group * step; }
};

Lines lines_along(ct_axis axis, ct_extent size) {
    const int64_t plane = size.height * size.width;
    switch (axis) {
    case CT_AXIS_DEPTH: return {plane, size.depth, plane, 1, plane, 0};
    case CT_AXIS_HEIGHT: return {size.depth * size.width, size.height, size.width, 1, size.width, plane};
    case CT_AXIS_WIDTH: return {size.depth * size.height, size.width, 1, size.width, size.depth * size.height, 0};
    }
    TORCH_CHECK(false, "unknown axis");
}

/// in and out: [length, width]
ALWAYS_INLINE void filter_bundle(
    const float *__restrict in, float *__restrict out, int64_t length, const ct_line_filter &filter) {
    for (int64_t i = 0; i < length; ++i) {
        float sum[width] = {};
        for (int64_t k = i * filter.taps; k < (i + 1) * filter.taps; ++k) {
            const float weight = filter.weights[k], *line = in + filter.indices[k] * width;
            for (int64_t l = 0; l < width; ++l) sum[l] += weight * line[l];
        }
        for (int64_t l = 0; l < width; ++l) out[i * width + l] = sum[l];
    }
}

/// Lines first ..< first + count, through memory for two bundles.
void filter_lines(
    float *values, const Lines &lines, const ct_line_filter &filter, int64_t first, int64_t count, float *memory) {
    float *in = memory, *out = memory + lines.length * width;
    float *starts[width];
    for (int64_t l = 0; l < count; ++l) starts[l] = lines.first(values, first + l);
    for (int64_t i = 0; i < lines.length; ++i) {
        for (int64_t l = 0; l < count; ++l) in[i * width + l] = starts[l][i * lines.value_step];
        for (int64_t l = count; l < width; ++l) in[i * width + l] = 0;
    }
    in_vectors<filter_bundle>(in, out, lines.length, filter);
    for (int64_t i = 0; i < lines.length; ++i) {
        for (int64_t l = 0; l < count; ++l) starts[l][i * lines.value_step] = out[i * width + l];
    }
}

}  // namespace

ct_status ct_filter_lines(const ct_channel *channel, const ct_line_filter *filter) {
    return guarded("filter", [&] {
        const Lines lines = lines_along(filter->axis, channel->size);
        for (int64_t i = 0; i < lines.length * filter->taps; ++i) {
            TORCH_CHECK(0 <= filter->indices[i] && filter->indices[i] < lines.length, "an index beyond the line");
        }
        std::atomic<bool> has_memory{true};
        parallel_for((lines.count + width - 1) / width, 8, channel->threads, [&](int64_t begin, int64_t end) {
            const std::unique_ptr<float[]> memory(new (std::nothrow) float[2 * lines.length * width]);
            if (!memory) {
                has_memory = false;
                return;
            }
            for (int64_t b = begin; b < end; ++b) {
                const int64_t count = std::min(width, lines.count - b * width);
                filter_lines(channel->values, lines, *filter, b * width, count, memory.get());
            }
        });
        if (!has_memory) throw std::bad_alloc();
    });
}
