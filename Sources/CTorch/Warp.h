// Resampling of an image and its labels in one pass: what its files share.
#pragma once

#include <array>
#include <vector>

#include "Bridge.h"

namespace segnas {

/// Lanes of a vector; rows of positions are padded to a multiple.
constexpr int64_t warp_lanes = 8;

inline int64_t padded(int64_t count) {
    return (count + warp_lanes - 1) / warp_lanes * warp_lanes;
}

/// A uniform cubic B-spline along one axis: for each voxel its cell and the weights of the four control points from
/// there on.
struct SplineAxis {
    std::vector<int64_t> cell;
    std::array<std::vector<float>, 4> weights;

    SplineAxis(int64_t voxels, int64_t cells);
};

/// A rectangle of a slice.
struct PlaneWindow {
    int64_t x, y, width, height;
};

/// The positions at which the rows of an output volume are looked up.
class WarpPositions {
  public:
    /// `size` is that of the output.
    WarpPositions(const ct_warp &warp, ct_extent size);

    /// Whether z of the input depends on z of the output alone, as in rotations in the axial plane.
    bool is_planar() const;

    /// z of the input for a slice, where planar.
    double slice(int64_t z) const { return matrix_[10] * z + matrix_[11]; }

    /// The part of an input slice, `height` by `width`, that the positions of an output slice have as neighbours; where
    /// planar.
    PlaneWindow window(int64_t z, int64_t height, int64_t width) const;

    /// Numbers that `row` needs room for.
    int64_t row_memory() const;

    /// x, y and z of the input for a row, each `padded(width)` long, at the start of that room.
    void row(int64_t y, int64_t z, float *positions) const;

  private:
    void displace(int64_t y, int64_t z, float *positions) const;

    std::array<double, 12> matrix_;
    const float *displacement_;
    ct_extent cells_, size_;
    std::vector<SplineAxis> splines_;  // of z, y and x, where there is a displacement
};

/// The volume, or the slice, that rows are sampled from.
struct RowSource {
    const float *image;
    const uint8_t *labels;  // null: background
    int64_t channels, channel_stride;
    int32_t depth, height, width;
};

/// A row's place in the output.
struct RowTarget {
    float *image;
    uint8_t *labels;  // null: not asked for
    int64_t voxel_stride, channel_stride;
};

using RowSampler = void (*)(const RowSource &, const RowTarget &, const float *positions, int64_t count);

/// Samplers of rows: in a volume, and in a slice, where z is not looked at.
struct RowSamplers {
    RowSampler in_volume, in_slice;
};

RowSamplers row_samplers(ct_instructions instructions);

void check_warp(const ct_warp &warp, ct_extent size);

/// All voxels of one case.
void warp_memory(
    const ct_warp_source &source, const ct_warp &warp, const ct_warp_target &target, ct_instructions instructions,
    int threads);

}  // namespace segnas
