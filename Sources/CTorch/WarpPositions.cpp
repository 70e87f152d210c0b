// Positions in the input: an affine map, plus a displacement by B-splines.

#include <algorithm>
#include <cmath>
#include <utility>

#include "Vector.h"
#include "Warp.h"

namespace segnas {

namespace {

/// One row's x, y or z.
ALWAYS_INLINE void fill_line(float *line, int64_t count, float start, float step) {
    for (int64_t i = 0; i < count; ++i) line[i] = start + step * static_cast<float>(i);
}

/// Adds Σ_k control[k]·weights[k][i] for begin ≤ i < end: the voxels of one cell.
ALWAYS_INLINE void add_cell(
    float *line, int64_t begin, int64_t end, const float *control, const float *w0, const float *w1, const float *w2,
    const float *w3) {
    const float a = control[0], b = control[1], c = control[2], d = control[3];
    for (int64_t i = begin; i < end; ++i) line[i] += a * w0[i] + b * w1[i] + c * w2[i] + d * w3[i];
}

}  // namespace

SplineAxis::SplineAxis(int64_t voxels, int64_t cells) : cell(voxels) {
    for (auto &weight : weights) weight.resize(voxels);
    for (int64_t i = 0; i < voxels; ++i) {
        const double u = (i + 0.5) * cells / voxels;
        cell[i] = std::min(static_cast<int64_t>(u), cells - 1);
        const double t = u - cell[i], s = 1 - t;
        weights[0][i] = static_cast<float>(s * s * s / 6);
        weights[1][i] = static_cast<float>((3 * t * t * t - 6 * t * t + 4) / 6);
        weights[2][i] = static_cast<float>((3 * s * s * s - 6 * s * s + 4) / 6);
        weights[3][i] = static_cast<float>(t * t * t / 6);
    }
}

WarpPositions::WarpPositions(const ct_warp &warp, ct_extent size)
    : displacement_(warp.displacement), cells_(warp.cells), size_(size) {
    std::copy_n(warp.matrix, 12, matrix_.begin());
    if (!displacement_) return;
    splines_.emplace_back(size.depth, cells_.depth);
    splines_.emplace_back(size.height, cells_.height);
    splines_.emplace_back(size.width, cells_.width);
}

bool WarpPositions::is_planar() const {
    return !displacement_ && matrix_[8] == 0 && matrix_[9] == 0;
}

PlaneWindow WarpPositions::window(int64_t z, int64_t height, int64_t width) const {
    // The corners of the output slice bound what an affine map makes of it. Rounding to float32 may move a position by
    // less than a voxel, and the samplers read the neighbours of positions outside at the border.
    const auto range = [&](int axis, int64_t count) {
        const double *m = matrix_.data() + 4 * axis;
        const double along_x = m[0] * (size_.width - 1), along_y = m[1] * (size_.height - 1);
        const double first = m[2] * z + m[3] + std::min(along_x, 0.0) + std::min(along_y, 0.0);
        const double last = m[2] * z + m[3] + std::max(along_x, 0.0) + std::max(along_y, 0.0);
        const auto limit = static_cast<double>(count - 2);
        const auto begin = static_cast<int64_t>(std::clamp(std::floor(first) - 1, 0.0, limit));
        const auto end = static_cast<int64_t>(std::clamp(std::floor(last) + 1, 0.0, limit)) + 2;
        return std::pair(begin, end - begin);
    };
    const auto [x, columns] = range(0, width);
    const auto [y, rows] = range(1, height);
    return {x, y, columns, rows};
}

int64_t WarpPositions::row_memory() const {
    return 3 * padded(size_.width) + (displacement_ ? cells_.width + 3 : 0);
}

void WarpPositions::row(int64_t y, int64_t z, float *positions) const {
    const int64_t stride = padded(size_.width);
    for (int axis = 0; axis < 3; ++axis) {
        const double *m = matrix_.data() + 4 * axis;
        in_vectors<fill_line>(
            positions + axis * stride, stride, static_cast<float>(m[1] * y + m[2] * z + m[3]),
            static_cast<float>(m[0]));
    }
    if (displacement_) displace(y, z, positions);
}

void WarpPositions::displace(int64_t y, int64_t z, float *positions) const {
    const auto &along_z = splines_[0], &along_y = splines_[1], &along_x = splines_[2];
    const int64_t nx = cells_.width + 3, ny = cells_.height + 3, nz = cells_.depth + 3;
    float *control = positions + 3 * padded(size_.width);
    for (int axis = 0; axis < 3; ++axis) {
        float *line = positions + axis * padded(size_.width);
        const float *grid = displacement_ + axis * nz * ny * nx;
        // The control points of this row alone.
        std::fill_n(control, nx, 0.0f);
        for (int64_t k = 0; k < 4; ++k) {
            for (int64_t j = 0; j < 4; ++j) {
                const float weight = along_z.weights[k][z] * along_y.weights[j][y];
                const float *points = grid + ((along_z.cell[z] + k) * ny + along_y.cell[y] + j) * nx;
                for (int64_t i = 0; i < nx; ++i) control[i] += weight * points[i];
            }
        }
        const auto &w = along_x.weights;
        for (int64_t cell = 0, begin = 0; begin < size_.width; ++cell) {
            int64_t end = begin;
            while (end < size_.width && along_x.cell[end] == cell) ++end;
            in_vectors<add_cell>(line, begin, end, control + cell, w[0].data(), w[1].data(), w[2].data(), w[3].data());
            begin = end;
        }
    }
}

}  // namespace segnas
