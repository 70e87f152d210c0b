#include "ParitySum.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "Bridge.h"
#include "Convolution.h"
#include "GpuKernels.h"
#include "Kernels/ParitySumArguments.h"
#include "Parallel.h"
#include "Vector.h"

namespace segnas {

namespace {

using torch::autograd::variable_list;

constexpr auto channels_last = at::MemoryFormat::ChannelsLast3d;

/// Extents of both maps.
struct Layout {
    Parities parities;
    int64_t images, channels, depth, height, width;  // of the full-size map
    int64_t half_depth, half_height, half_width;

    Layout(at::IntArrayRef full, at::IntArrayRef half, const Parities &parities)
        : parities(parities),
          images(full[0]),
          channels(full[1]),
          depth(full[2]),
          height(full[3]),
          width(full[4]),
          half_depth(half[2]),
          half_height(half[3]),
          half_width(half[4]) {}

    int64_t half_channels() const { return parities.groups() * channels; }
    int64_t group(int64_t pz, int64_t py) const { return parities.variants == 1 ? 0 : (pz * 2 + py) * 2; }

    int64_t full_row(int64_t n, int64_t z, int64_t y) const {
        return ((n * depth + z) * height + y) * width * channels;
    }
    int64_t half_row(int64_t n, int64_t z, int64_t y) const {
        return ((n * half_depth + z) * half_height + y) * half_width * half_channels();
    }
};

/// One row of the sum; `half` is the half-size row, at the first of the row's two groups of channels.
template <class T>
ALWAYS_INLINE void add(const Layout &l, const T *full, const T *half, T *out) {
    const int64_t step = l.half_channels(), second = l.parities.variants == 1 ? 0 : l.channels;
    for (int64_t i = 0; i < l.width / 2; ++i) {
        for (int64_t p = 0; p < 2; ++p) {
            const int64_t at = (2 * i + p) * l.channels;
            const T *__restrict a = full + at, *__restrict b = half + (i + l.parities.offset[p]) * step + p * second;
            T *__restrict y = out + at;
            for (int64_t c = 0; c < l.channels; ++c) y[c] = from_float<T>(to_float(a[c]) + to_float(b[c]));
        }
    }
}

/// What a full-size row of the gradient says of two groups of channels of a half-size row.
template <class T>
ALWAYS_INLINE void gather(const Layout &l, const T *dy, T *half) {
    const int64_t step = l.half_channels();
    for (int64_t i = 0; i < l.width / 2; ++i) {
        for (int64_t p = 0; p < 2; ++p) {
            const T *__restrict from = dy + (2 * i + p) * l.channels;
            T *__restrict to = half + (i + l.parities.offset[p]) * step + p * l.channels;
            for (int64_t c = 0; c < l.channels; ++c) to[c] = from[c];
        }
    }
}

/// The sum over cells of 2×2×2 voxels, of which four full-size rows are given.
template <class T>
ALWAYS_INLINE void pool(const Layout &l, const T *const *rows, T *half) {
    for (int64_t i = 0; i < l.width / 2; ++i) {
        T *__restrict to = half + i * l.channels;
        for (int64_t c = 0; c < l.channels; ++c) {
            float sum = 0;
            for (int row = 0; row < 4; ++row) {
                const T *pair = rows[row] + 2 * i * l.channels + c;
                sum += to_float(pair[0]) + to_float(pair[l.channels]);
            }
            to[c] = from_float<T>(sum);
        }
    }
}

template <class T>
void add_all(const Layout &l, const at::Tensor &full, const at::Tensor &half, at::Tensor &out) {
    const T *a = elements<T>(full), *b = elements<T>(half);
    T *y = elements<T>(out);
    parallel_for(l.images * l.depth * l.height, 16, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
            const int64_t at_y = row % l.height, at_z = row / l.height % l.depth, n = row / l.height / l.depth;
            const auto offset = l.parities.offset;
            const int64_t from = l.half_row(n, at_z / 2 + offset[at_z % 2], at_y / 2 + offset[at_y % 2]);
            in_vectors<add<T>>(
                l, a + row * l.width * l.channels, b + from + l.group(at_z % 2, at_y % 2) * l.channels,
                y + row * l.width * l.channels);
        }
    });
}

/// One half-size row of the gradient.
template <class T>
void fill_row(const Layout &l, const T *dy, int64_t n, int64_t z, int64_t y, T *half) {
    const auto offset = l.parities.offset;
    if (l.parities.variants == 1) {
        const T *rows[4];
        for (int row = 0; row < 4; ++row) rows[row] = dy + l.full_row(n, 2 * z + row / 2, 2 * y + row % 2);
        in_vectors<pool<T>>(l, rows, half);
        return;
    }
    std::fill_n(half, l.half_width * l.half_channels(), T{});
    for (int64_t pz = 0; pz < 2; ++pz) {
        for (int64_t py = 0; py < 2; ++py) {
            const int64_t iz = z - offset[pz], iy = y - offset[py];
            if (iz < 0 || iy < 0 || iz >= l.depth / 2 || iy >= l.height / 2) continue;
            in_vectors<gather<T>>(l, dy + l.full_row(n, 2 * iz + pz, 2 * iy + py), half + l.group(pz, py) * l.channels);
        }
    }
}

template <class T>
void fill_all(const Layout &l, const at::Tensor &dy, at::Tensor &half) {
    const T *from = elements<T>(dy);
    T *to = elements<T>(half);
    parallel_for(l.images * l.half_depth * l.half_height, 8, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
            const int64_t y = row % l.half_height, z = row / l.half_height % l.half_depth;
            const int64_t n = row / l.half_height / l.half_depth;
            fill_row(l, from, n, z, y, to + l.half_row(n, z, y));
        }
    });
}

/// Launches a kernel on the full-size map and the other one, or on the gradient of their sum alone.
void launch_parity(
    const char *kernel, const Layout &l, const at::Tensor &given_full, const at::Tensor &given_half, at::Tensor &out) {
    // As cuDNN made them, whatever it was asked for.
    const auto full = given_full.contiguous(channels_last);
    const auto half = given_half.defined() ? given_half.contiguous(channels_last) : given_half;
    const auto type = full.scalar_type();
    const unsigned width = half.defined() ? vector_width(type, {l.channels}, {full, half, out})
                                          : vector_width(type, {l.channels}, {full, out});
    const auto u = [](int64_t value) { return static_cast<unsigned>(value); };
    const ParityArguments arguments{
        device_elements<void>(full),
        device_elements<void>(half),
        device_elements<void>(out),
        u(l.channels),
        u(l.depth),
        u(l.height),
        u(l.width),
        u(l.half_depth),
        u(l.half_height),
        u(l.half_width),
        u(l.parities.variants),
        {u(l.parities.offset[0]), u(l.parities.offset[1])}};
    launch(
        GpuSource::parity_sum, kernel + kernel_suffix(type, width), full,
        Grid::over(out.numel() / l.images, width, l.images), arguments);
}

struct ParitySumBackward : torch::autograd::Node {
    Parities parities;
    std::vector<int64_t> half_shape;

    std::string name() const override { return "ParitySumBackward"; }

    variable_list apply(variable_list &&gradients) override {
        const auto dy = gradients[0].contiguous(channels_last);
        if (!task_should_compute_output(1)) return {dy, {}};
        auto half = at::empty(half_shape, dy.options().memory_format(channels_last));
        const Layout layout(dy.sizes(), half_shape, parities);
        if (on_gpu(dy)) {
            launch_parity("parity_parts_", layout, dy, {}, half);
            return {dy, half};
        }
        if (dy.is_meta()) return {dy, half};
        if (dy.scalar_type() == at::kFloat) {
            fill_all<float>(layout, dy, half);
        } else {
            fill_all<BFloat16>(layout, dy, half);
        }
        return {dy, half};
    }
};

}  // namespace

bool has_parity_sum(const at::Tensor &low, const at::Tensor &full) {
    for (int axis = 2; axis < 5; ++axis)
        if (full.size(axis) != 2 * low.size(axis)) return false;
    const auto is_taken = [](const at::Tensor &x) {
        return (by_onednn(x) || has_gpu_kernels(GpuSource::parity_sum, x)) && x.is_contiguous(channels_last);
    };
    return is_taken(low) && is_taken(full);
}

at::Tensor parity_sum(const at::Tensor &full, const at::Tensor &half, const Parities &parities) {
    auto y = at::empty_like(full, full.options(), channels_last);
    const Layout layout(full.sizes(), half.sizes(), parities);
    if (on_gpu(full)) {
        launch_parity("parity_sum_", layout, full, half, y);
    } else if (!full.is_meta()) {
        if (full.scalar_type() == at::kFloat) {
            add_all<float>(layout, full, half, y);
        } else {
            add_all<BFloat16>(layout, full, half, y);
        }
    }
    if (torch::autograd::compute_requires_grad(full, half)) {
        auto node = std::shared_ptr<ParitySumBackward>(new ParitySumBackward(), torch::autograd::deleteNode);
        node->set_next_edges(torch::autograd::collect_next_edges(full, half));
        node->parities = parities;
        node->half_shape = half.sizes().vec();
        torch::autograd::set_history(y, node);
    }
    return y;
}

}  // namespace segnas
