// Convolution of an upsampled map beside one of full size, without upsampling and without concatenation; and their sum.
//
// Nearest upsampling repeats each voxel in cells of 2×2×2, so a kernel over the upsampled map sees each low voxel
// several times: its weights can be added up beforehand. What remains is a smaller kernel over the low map for each
// place within a cell: 2×2×2 weights eight times instead of 3×3×3 (8/27 of the multiplications), one for all places
// where the kernel is dilated by 2 (1/8). All places are computed as channels of one convolution at low size.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/upsample_nearest3d.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

#include "Bridge.h"
#include "Convolution.h"
#include "ParitySum.h"

using namespace segnas;

namespace {

/// ⌊a/2⌋ for negative numbers too.
int64_t half(int64_t a) {
    return a >> 1;
}

/// A kernel of `taps` along an axis of an upsampled map, as kernels over the low map.
struct LowKernel {
    int64_t taps, dilation, size, padding;
    Parities parities;
    std::vector<float> sums;  // [taps][variants][size], 1 where a tap is added to a weight

    LowKernel(int64_t taps, int64_t dilation) : taps(taps), dilation(dilation) {
        const int64_t reach = dilation * (taps - 1) / 2;
        // A tap at offset t from voxel 2i + p sees the low voxel i + ⌊(p + t)/2⌋.
        auto low = [&](int64_t p, int64_t tap) { return half(p + tap * dilation - reach); };
        const int64_t first[] = {low(0, 0), low(1, 0)};
        bool same = true;
        for (int64_t tap = 0; tap < taps; ++tap) same = same && low(0, tap) == low(1, tap);
        size = std::max(low(0, taps - 1) - first[0], low(1, taps - 1) - first[1]) + 1;
        padding = -std::min(first[0], first[1]);
        parities = {same ? 1 : 2, {first[0] + padding, first[1] + padding}};
        sums.assign(taps * parities.variants * size, 0);
        for (int64_t tap = 0; tap < taps; ++tap) {
            for (int64_t p = 0; p < parities.variants; ++p) {
                sums[(tap * parities.variants + p) * size + low(p, tap) - first[p]] = 1;
            }
        }
    }

    /// [taps³, groups·size³]: weights of the cube, from those of the upsampled map.
    at::Tensor matrix() const {
        const int64_t v = parities.variants;
        auto matrix = at::zeros({taps * taps * taps, parities.groups() * size * size * size});
        float *row = elements<float>(matrix);
        auto sum = [&](int64_t tap, int64_t variant, int64_t i) { return sums[(tap * v + variant) * size + i]; };
        for (int64_t t = 0; t < matrix.size(0); ++t) {
            for (int64_t column = 0; column < matrix.size(1); ++column) {
                const int64_t i = column % (size * size * size), g = column / (size * size * size);
                *row++ = sum(t / taps / taps, g / v / v, i / size / size) *
                         sum(t / taps % taps, g / v % v, i / size % size) * sum(t % taps, g % v, i % size);
            }
        }
        return matrix;
    }

    /// The same on a device, to a GPU copied once.
    at::Tensor matrix_on(at::Device device) const {
        if (!device.is_cuda()) return matrix().to(device);
        static std::mutex mutex;
        static auto *copies = new std::map<std::tuple<int64_t, int64_t, c10::DeviceIndex>, at::Tensor>;
        std::lock_guard lock(mutex);
        auto &copy = (*copies)[{taps, dilation, device.index()}];
        if (!copy.defined()) copy = queued_copy(matrix(), device);
        return copy;
    }

    /// [O, I, taps³] → [groups·O, I, size³].
    at::Tensor weight(const at::Tensor &given) const {
        const int64_t outputs = given.size(0), inputs = given.size(1);
        const auto rows = given.reshape({outputs * inputs, taps * taps * taps}).to(at::kFloat);
        return at::matmul(rows, matrix_on(given.device()))
            .view({outputs, inputs, parities.groups(), size * size * size})
            .permute({2, 0, 1, 3})
            .reshape({parities.groups() * outputs, inputs, size, size, size});
    }
};

/// Weights grow by up to 64/27: where voxels are few, that would cost more than it saves.
bool pays(const at::Tensor &low, const at::Tensor &weight) {
    return low.numel() / low.size(1) >= 4 * weight.size(0);
}

bool is_cube(const at::Tensor &weight) {
    return weight.size(2) == weight.size(3) && weight.size(3) == weight.size(4);
}

void check_maps(const at::Tensor &low, const at::Tensor &full) {
    check_volume(low);
    check_volume(full);
    bool fits = full.size(0) == low.size(0);
    for (int axis = 2; axis < 5; ++axis)
        fits = fits && (full.size(axis) == low.size(axis) || full.size(axis) == 2 * low.size(axis));
    TORCH_CHECK(fits, "a map of shape ", low.sizes(), " is not half of one of shape ", full.sizes());
}

void check_kernel(const at::Tensor &low, const at::Tensor &full, const at::Tensor &kernel) {
    bool is_odd = kernel.dim() == 5;
    for (int axis = 2; is_odd && axis < 5; ++axis) is_odd = kernel.size(axis) % 2 == 1;
    TORCH_CHECK(
        is_odd && kernel.size(1) == low.size(1) + full.size(1), "a weight of shape ", kernel.sizes(),
        " does not fit maps of ", low.size(1), " and ", full.size(1), " channels");
}

}  // namespace

ct_status ct_conv3d_joined(ct_tensor lower, ct_tensor same, ct_tensor weight, int64_t dilation, ct_tensor *out) {
    return produce("conv3d of joined maps", out, [&] {
        const auto low = borrow(lower), full = borrow(same), kernel = borrow(weight);
        check_maps(low, full);
        check_kernel(low, full, kernel);
        const std::vector<int64_t> ones{1, 1, 1}, dilations(3, dilation);
        std::vector<int64_t> pads;
        for (int axis = 2; axis < 5; ++axis) pads.push_back(dilation * (kernel.size(axis) - 1) / 2);
        const auto cast = [&](const at::Tensor &part) { return part.to(full.scalar_type()); };
        const bool is_taken_apart = is_cube(kernel) && has_parity_sum(low, full);
        if (!is_taken_apart || !pays(low, kernel)) {
            const auto joined = at::cat({at::upsample_nearest3d(low, full.sizes().slice(2)), full}, 1);
            return has_convolution(joined) ? convolution(joined, cast(kernel), {}, {ones, pads, dilations})
                                           : at::conv3d(joined, cast(kernel), {}, ones, pads, dilations);
        }
        const LowKernel of_low(kernel.size(2), dilation);
        const std::vector<int64_t> low_pads(3, of_low.padding);
        const auto low_weight = cast(of_low.weight(kernel.narrow(1, 0, low.size(1))));
        const auto spread = convolution(low, low_weight, {}, {ones, low_pads, ones});
        const auto rest = cast(kernel.narrow(1, low.size(1), full.size(1)).contiguous());
        return parity_sum(convolution(full, rest, {}, {ones, pads, dilations}), spread, of_low.parities);
    });
}

ct_status ct_add_upsampled(ct_tensor lower, ct_tensor same, ct_tensor *out) {
    return produce("sum of joined maps", out, [&] {
        const auto low = borrow(lower), full = borrow(same);
        check_maps(low, full);
        TORCH_CHECK(
            low.size(1) == full.size(1), "maps of ", low.size(1), " and ", full.size(1), " channels do not add up");
        // The same for all places within a cell, which is that of the low map.
        if (low.scalar_type() == full.scalar_type() && has_parity_sum(low, full))
            return parity_sum(full, low, {1, {0, 0}});
        return at::upsample_nearest3d(low, full.sizes().slice(2)) + full;
    });
}
