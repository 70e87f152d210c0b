// Resampling of an image and its labels in one pass.
//
// Where z of the input depends on z of the output alone, as in the paper's augmentation (rotation in the axial plane,
// shift, scale), an output slice lies between two slices of the input throughout: they are blended once into a slice
// that stays in the second cache, and rows are sampled bilinearly from there. That halves the time. Of a slice of a large
// volume only the part is blended that the output slice looks at.

#include "Warp.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <new>

#include "Parallel.h"
#include "Vector.h"

namespace segnas {

namespace {

int64_t volume(ct_extent size) {
    return size.depth * size.height * size.width;
}

ALWAYS_INLINE void blend(float *__restrict out, const float *a, float wa, const float *b, float wb, int64_t count) {
    for (int64_t i = 0; i < count; ++i) out[i] = wa * a[i] + wb * b[i];
}

/// What all threads need to make their share of the rows.
class Pass {
  public:
    Pass(const ct_warp_source &source, const ct_warp &warp, const ct_warp_target &target, ct_instructions instructions)
        : source_(source), target_(target), positions_(warp, target.size), samplers_(row_samplers(instructions)) {}

    void run(int threads) {
        const auto from = source_.size;
        parallel_for(target_.size.depth, 1, threads, [&](int64_t begin, int64_t end) {
            const int64_t blended = positions_.is_planar() ? source_.channels * from.height * from.width : 0;
            const std::unique_ptr<float[]> memory(new (std::nothrow) float[positions_.row_memory() + blended]);
            if (!memory) {
                has_memory_ = false;
                return;
            }
            for (int64_t z = begin; z < end; ++z) {
                if (positions_.is_planar()) {
                    planar_slice(z, memory.get());
                } else {
                    slice(z, memory.get());
                }
            }
        });
        if (!has_memory_) throw std::bad_alloc();
    }

  private:
    void slice(int64_t z, float *positions) const {
        const auto size = source_.size;
        const RowSource from{
            source_.image,
            source_.labels,
            source_.channels,
            volume(size),
            static_cast<int32_t>(size.depth),
            static_cast<int32_t>(size.height),
            static_cast<int32_t>(size.width)};
        for (int64_t y = 0; y < target_.size.height; ++y) {
            positions_.row(y, z, positions);
            samplers_.in_volume(from, row_target(y, z), positions, target_.size.width);
        }
    }

    void planar_slice(int64_t z, float *positions) const {
        const auto size = source_.size;
        const int64_t plane = size.height * size.width;
        const auto at = static_cast<float>(positions_.slice(z));
        const float lower = std::clamp(std::floor(at), 0.0f, static_cast<float>(size.depth - 2));
        const float low = std::max(0.0f, 1 - std::abs(at - lower));
        const float high = std::max(0.0f, 1 - std::abs(at - lower - 1));
        float *blended = positions + positions_.row_memory();
        const PlaneWindow window = positions_.window(z, size.height, size.width);
        for (int64_t c = 0; c < source_.channels; ++c) {
            const float *slice = source_.image + (c * size.depth + static_cast<int64_t>(lower)) * plane;
            float *out = blended + c * plane;
            if (window.width == size.width) {
                const int64_t first = window.y * size.width, count = window.height * size.width;
                in_vectors<blend>(out + first, slice + first, low, slice + plane + first, high, count);
                continue;
            }
            for (int64_t y = window.y; y < window.y + window.height; ++y) {
                const int64_t first = y * size.width + window.x;
                in_vectors<blend>(out + first, slice + first, low, slice + plane + first, high, window.width);
            }
        }
        const float nearest = std::floor(at + 0.5f);
        const bool is_inside = nearest >= 0 && nearest < static_cast<float>(size.depth);
        const RowSource from{
            blended,
            source_.labels && is_inside ? source_.labels + static_cast<int64_t>(nearest) * plane : nullptr,
            source_.channels,
            plane,
            1,
            static_cast<int32_t>(size.height),
            static_cast<int32_t>(size.width)};
        for (int64_t y = 0; y < target_.size.height; ++y) {
            positions_.row(y, z, positions);
            samplers_.in_slice(from, row_target(y, z), positions, target_.size.width);
        }
    }

    RowTarget row_target(int64_t y, int64_t z) const {
        const auto size = target_.size;
        const int64_t first = (z * size.height + y) * size.width;
        const int64_t stride = target_.channels_last ? source_.channels : 1;
        return {
            target_.image + first * stride, target_.labels ? target_.labels + first : nullptr, stride,
            target_.channels_last ? 1 : volume(size)};
    }

    const ct_warp_source &source_;
    const ct_warp_target &target_;
    const WarpPositions positions_;
    const RowSamplers samplers_;
    std::atomic<bool> has_memory_{true};
};

}  // namespace

void check_warp(const ct_warp &warp, ct_extent size) {
    TORCH_CHECK(
        size.depth > 1 && size.height > 1 && size.width > 1, "a volume needs two voxels along each axis; it has ",
        size.width, "×", size.height, "×", size.depth);
    TORCH_CHECK(
        size.depth < std::numeric_limits<int32_t>::max() / size.height / size.width, "a volume of 2³¹ voxels or more");
    for (int i = 0; i < 12; ++i) TORCH_CHECK(std::isfinite(warp.matrix[i]), "the matrix is not finite");
    TORCH_CHECK(
        !warp.displacement || (warp.cells.depth > 0 && warp.cells.height > 0 && warp.cells.width > 0),
        "a displacement needs at least one cell along each axis");
}

void warp_memory(
    const ct_warp_source &source, const ct_warp &warp, const ct_warp_target &target, ct_instructions instructions,
    int threads) {
    check_warp(warp, source.size);
    TORCH_CHECK(target.size.depth > 0 && target.size.height > 0 && target.size.width > 0, "an output without voxels");
    Pass(source, warp, target, instructions).run(threads);
}

}  // namespace segnas

using namespace segnas;

ct_status ct_warp_memory(
    const ct_warp_source *source, const ct_warp *warp, const ct_warp_target *target, ct_instructions instructions,
    int32_t threads) {
    return guarded("warp", [&] { warp_memory(*source, *warp, *target, instructions, threads); });
}
