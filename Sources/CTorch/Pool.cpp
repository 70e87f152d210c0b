// The largest of each 2×2×2 voxels, halving a volume.
//
// libtorch keeps the whole input for the gradient, and an index of 8 bytes for each output. Which of 8 voxels was the
// largest fits a byte, and the input is not needed.

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/max_pool3d.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

#include <algorithm>

#include "Bridge.h"
#include "GpuKernels.h"
#include "Kernels/PoolArguments.h"
#include "Parallel.h"
#include "Vector.h"

using namespace segnas;

namespace {

using torch::autograd::variable_list;

/// Channels that are looked at together.
constexpr int64_t lanes = 16;
constexpr auto channels_last = at::MemoryFormat::ChannelsLast3d;

/// Extents of the output and where its voxels' windows lie in the input, channels-last.
struct Windows {
    int64_t images, channels, depth, height, width;
    int64_t in_depth, in_height, in_width;

    explicit Windows(at::IntArrayRef input)
        : images(input[0]),
          channels(input[1]),
          depth(input[2] / 2),
          height(input[3] / 2),
          width(input[4] / 2),
          in_depth(input[2]),
          in_height(input[3]),
          in_width(input[4]) {}

    std::vector<int64_t> shape() const { return {images, channels, depth, height, width}; }
    int64_t rows() const { return images * depth * height; }

    /// The element of the input where the row's first window begins.
    int64_t start(int64_t row) const {
        const int64_t y = row % height, z = row / height % depth, n = row / height / depth;
        return ((n * in_depth + 2 * z) * in_height + 2 * y) * in_width * channels;
    }

    /// From the first voxel of a window to its i-th.
    int64_t offset(int i) const { return (((i >> 2) * in_height + (i >> 1 & 1)) * in_width + (i & 1)) * channels; }
};

/// `count` channels of one window; a constant count becomes vectors.
template <class T>
ALWAYS_INLINE void pool_window(const T *const *voxels, int64_t count, T *__restrict y, uint8_t *__restrict index) {
    float largest[lanes];
    int32_t where[lanes];
    for (int64_t c = 0; c < count; ++c) largest[c] = to_float(voxels[0][c]), where[c] = 0;
    for (int k = 1; k < 8; ++k) {
        const T *__restrict voxel = voxels[k];
        for (int64_t c = 0; c < count; ++c) {
            const float value = to_float(voxel[c]);
            // Not a number is the largest, as in libtorch.
            const bool is_larger = !(value <= largest[c]);
            largest[c] = is_larger ? value : largest[c];
            where[c] = is_larger ? k : where[c];
        }
    }
    for (int64_t c = 0; c < count; ++c) y[c] = from_float<T>(largest[c]);
    if (!index) return;
    for (int64_t c = 0; c < count; ++c) index[c] = static_cast<uint8_t>(where[c]);
}

template <class T>
ALWAYS_INLINE void pool(const Windows &w, const T *x, T *y, uint8_t *index) {
    for (int64_t i = 0; i < w.width; ++i) {
        for (int64_t c = 0; c < w.channels; c += lanes) {
            const T *voxels[8];
            for (int k = 0; k < 8; ++k) voxels[k] = x + 2 * i * w.channels + w.offset(k) + c;
            const int64_t at = i * w.channels + c;
            uint8_t *place = index ? index + at : nullptr;
            if (c + lanes <= w.channels) {
                pool_window(voxels, lanes, y + at, place);
            } else {
                pool_window(voxels, w.channels - c, y + at, place);
            }
        }
    }
}

template <class T>
ALWAYS_INLINE void spread(const Windows &w, const T *dy, const uint8_t *index, T *dx) {
    for (int64_t i = 0; i < w.width; ++i) {
        const T *__restrict gradient = dy + i * w.channels;
        const uint8_t *__restrict place = index + i * w.channels;
        for (int k = 0; k < 8; ++k) {
            T *__restrict out = dx + 2 * i * w.channels + w.offset(k);
            for (int64_t c = 0; c < w.channels; ++c) out[c] = place[c] == k ? gradient[c] : T(0);
        }
    }
}

template <class T>
void pool_all(const Windows &w, const at::Tensor &x, at::Tensor &y, at::Tensor &index) {
    const T *from = elements<T>(x);
    T *to = elements<T>(y);
    auto *places = index.defined() ? elements<uint8_t>(index) : nullptr;
    parallel_for(w.rows(), 8, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
            const int64_t out = row * w.width * w.channels;
            in_vectors<pool<T>>(w, from + w.start(row), to + out, places ? places + out : nullptr);
        }
    });
}

template <class T>
void spread_all(const Windows &w, const at::Tensor &dy, const at::Tensor &index, at::Tensor &dx) {
    const T *from = elements<T>(dy);
    const auto *places = elements<uint8_t>(index);
    T *to = elements<T>(dx);
    parallel_for(w.rows(), 8, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
            const int64_t out = row * w.width * w.channels;
            in_vectors<spread<T>>(w, from + out, places + out, to + w.start(row));
        }
    });
}

/// Launches a kernel with the large and the small map, or their gradients, and the index.
void launch_pool(
    const char *kernel, const Windows &w, const at::Tensor &from, at::Tensor &to, const unsigned char *index) {
    const auto type = from.scalar_type();
    const unsigned width = vector_width(type, {w.channels}, {from, to});
    const PoolArguments arguments{device_elements<void>(from),        device_elements<void>(to),
                                  const_cast<unsigned char *>(index), static_cast<unsigned>(w.channels),
                                  static_cast<unsigned>(w.depth),     static_cast<unsigned>(w.height),
                                  static_cast<unsigned>(w.width)};
    launch(
        GpuSource::pool, kernel + kernel_suffix(type, width), from,
        Grid::over(w.depth * w.height * w.width * w.channels, width, w.images), arguments);
}

at::Tensor empty(const std::vector<int64_t> &shape, const at::Tensor &like, at::ScalarType type) {
    return at::empty(shape, like.options().dtype(type).memory_format(channels_last));
}

struct PoolBackward : torch::autograd::Node {
    at::Tensor index;
    std::vector<int64_t> shape;  // of the input, whose extents are even

    std::string name() const override { return "PoolBackward"; }

    void release_variables() override { index.reset(); }

    variable_list apply(variable_list &&gradients) override {
        TORCH_CHECK(index.defined(), "a gradient was already taken through this pooling");
        const auto dy = gradients[0].contiguous(channels_last);
        auto dx = empty(shape, dy, dy.scalar_type());
        if (on_gpu(dy)) {
            launch_pool("spread_", Windows(shape), dy, dx, device_elements<uint8_t>(std::as_const(index)));
            return {dx};
        }
        if (dy.is_meta()) return {dx};
        if (dy.scalar_type() == at::kFloat) {
            spread_all<float>(Windows(shape), dy, index, dx);
        } else {
            spread_all<BFloat16>(Windows(shape), dy, index, dx);
        }
        return {dx};
    }
};

at::Tensor halved(const at::Tensor &x) {
    const Windows windows(x.sizes());
    auto y = empty(windows.shape(), x, x.scalar_type());
    const bool has_gradient = torch::autograd::compute_requires_grad(x);
    auto index = has_gradient ? empty(windows.shape(), x, at::kByte) : at::Tensor();
    if (on_gpu(x)) {
        launch_pool("pool_", windows, x, y, device_elements<uint8_t>(index));
    } else if (!x.is_meta()) {
        if (x.scalar_type() == at::kFloat) {
            pool_all<float>(windows, x, y, index);
        } else {
            pool_all<BFloat16>(windows, x, y, index);
        }
    }
    if (has_gradient) {
        auto node = std::shared_ptr<PoolBackward>(new PoolBackward(), torch::autograd::deleteNode);
        node->set_next_edges(torch::autograd::collect_next_edges(x));
        node->index = index;
        node->shape = x.sizes().vec();
        torch::autograd::set_history(y, node);
    }
    return y;
}

bool halves(ct_extent size, ct_extent stride, ct_extent padding, const at::Tensor &x) {
    auto all = [](ct_extent e, int64_t value) { return e.depth == value && e.height == value && e.width == value; };
    const bool has_type = x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16;
    const bool is_known = on_host(x) || has_gpu_kernels(GpuSource::pool, x);
    return has_type && is_known && all(size, 2) && all(stride, 2) && all(padding, 0) &&
           x.is_contiguous(channels_last) && x.size(2) % 2 == 0 && x.size(3) % 2 == 0 && x.size(4) % 2 == 0 &&
           x.numel() > 0;
}

}  // namespace

ct_status ct_max_pool3d(ct_tensor x, ct_extent size, ct_extent stride, ct_extent padding, ct_tensor *out) {
    return produce("max pool", out, [&] {
        const auto input = borrow(x);
        check_volume(input);
        auto list = [](ct_extent e) { return std::array<int64_t, 3>{e.depth, e.height, e.width}; };
        return halves(size, stride, padding, input) ? halved(input)
                                                    : at::max_pool3d(input, list(size), list(stride), list(padding));
    });
}
