// Resampling of tensors: the fused pass on the CPU, libtorch's operations on other devices.

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/einsum.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/grid_sampler_3d.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include <limits>

#include "Warp.h"

namespace segnas {

namespace {

/// The weight of each control point at each voxel of an axis: [voxels, cells + 3].
at::Tensor spline_basis(int64_t voxels, int64_t cells) {
    const SplineAxis axis(voxels, cells);
    auto basis = at::zeros({voxels, cells + 3});
    auto *weights = basis.data_ptr<float>();
    for (int64_t i = 0; i < voxels; ++i) {
        for (int64_t k = 0; k < 4; ++k) weights[i * (cells + 3) + axis.cell[i] + k] = axis.weights[k][i];
    }
    return basis;
}

/// Displacements of all voxels: [3, D, H, W].
at::Tensor displacements(const ct_warp &warp, ct_extent size, at::Device device) {
    const auto cells = warp.cells;
    auto grid = at::from_blob(
        const_cast<float *>(warp.displacement), {3, cells.depth + 3, cells.height + 3, cells.width + 3});
    return at::einsum(
        "aijk,zi,yj,xk->azyx",
        {grid.to(device, at::kFloat, /*non_blocking=*/false, /*copy=*/true),
         spline_basis(size.depth, cells.depth).to(device), spline_basis(size.height, cells.height).to(device),
         spline_basis(size.width, cells.width).to(device)});
}

/// libtorch's coordinates of all positions, −1 … 1 from border to border: [1, D, H, W, 3].
at::Tensor sampling_grid(const ct_warp &warp, ct_extent size, at::Device device) {
    const auto options = at::dtype(at::kFloat).device(device);
    const auto x = at::arange(size.width, options), y = at::arange(size.height, options).view({-1, 1}),
               z = at::arange(size.depth, options).view({-1, 1, 1});
    const auto moved = warp.displacement ? displacements(warp, size, device) : at::Tensor();
    const double extents[] = {double(size.width), double(size.height), double(size.depth)};
    std::vector<at::Tensor> coordinates;
    for (int64_t axis = 0; axis < 3; ++axis) {
        const double *m = warp.matrix + 4 * axis;
        auto position = (z * m[2] + m[3]) + y * m[1] + x * m[0];
        if (moved.defined()) position = position + moved[axis];
        coordinates.push_back((position * 2 + 1) / extents[axis] - 1);
    }
    return at::stack(coordinates, -1).unsqueeze(0);
}

at::Tensor sample(const at::Tensor &volume, const at::Tensor &grid, bool nearest) {
    return at::grid_sampler_3d(volume, grid, nearest ? 1 : 0, /*padding_mode zeros=*/0, /*align_corners=*/false);
}

struct Batch {
    at::Tensor images, labels;  // labels may be undefined
};

/// Memory for the result.
Batch empty_like(const Batch &input) {
    Batch out;
    out.images = at::empty(input.images.sizes(), input.images.options(), at::MemoryFormat::ChannelsLast3d);
    if (input.labels.defined()) out.labels = at::empty(input.labels.sizes(), input.labels.options());
    return out;
}

void composed(const Batch &input, const ct_warp *warps, ct_extent size, const Batch &out) {
    for (int64_t n = 0; n < input.images.size(0); ++n) {
        const auto grid = sampling_grid(warps[n], size, input.images.device());
        out.images[n].copy_(sample(input.images.slice(0, n, n + 1), grid, false)[0]);
        if (!input.labels.defined()) continue;
        const auto labels = input.labels[n].to(at::kFloat).view({1, 1, size.depth, size.height, size.width});
        out.labels[n].copy_(sample(labels, grid, true)[0][0]);
    }
}

void fused(const Batch &input, const ct_warp *warps, ct_extent size, const Batch &out) {
    const bool has_labels = input.labels.defined();
    for (int64_t n = 0; n < input.images.size(0); ++n) {
        const auto image = input.images[n].contiguous();
        const auto labels = has_labels ? input.labels[n].contiguous() : at::Tensor();
        const ct_warp_source source{
            image.data_ptr<float>(), has_labels ? labels.data_ptr<uint8_t>() : nullptr, image.size(0), size};
        const ct_warp_target target{
            out.images[n].data_ptr<float>(), has_labels ? out.labels[n].data_ptr<uint8_t>() : nullptr,
            /*channels_last=*/true, size};
        warp_memory(source, warps[n], target, CT_INSTRUCTIONS_BEST, std::numeric_limits<int>::max());
    }
}

void check_batch(const Batch &input) {
    check_volume(input.images);
    TORCH_CHECK(input.images.scalar_type() == at::kFloat, "images must be float32");
    if (!input.labels.defined()) return;
    TORCH_CHECK(input.labels.scalar_type() == at::kByte, "labels must be uint8");
    auto expected = input.images.sizes().vec();
    expected.erase(expected.begin() + 1);
    TORCH_CHECK(
        input.labels.sizes() == at::IntArrayRef(expected) && input.labels.device() == input.images.device(),
        "labels of shape ", input.labels.sizes(), " do not go with images of shape ", input.images.sizes());
}

}  // namespace

}  // namespace segnas

using namespace segnas;

ct_status ct_warp_tensors(
    ct_tensor images, ct_tensor labels, const ct_warp *warps, ct_warp_method method, ct_tensor *out_images,
    ct_tensor *out_labels) {
    return guarded("warp", [&] {
        c10::AutoGradMode recording(false);
        const Batch input{borrow(images), borrow_optional(labels).value_or(at::Tensor())};
        check_batch(input);
        const auto sizes = input.images.sizes();
        const ct_extent size{sizes[2], sizes[3], sizes[4]};
        for (int64_t n = 0; n < sizes[0]; ++n) check_warp(warps[n], size);
        TORCH_CHECK(method == CT_WARP_COMPOSED || input.images.is_cpu(), "the fused pass needs tensors on the CPU");
        auto out = empty_like(input);
        (method == CT_WARP_FUSED ? fused : composed)(input, warps, size, out);
        *out_images = give(std::move(out.images));
        *out_labels = out.labels.defined() ? give(std::move(out.labels)) : ct_tensor{};
    });
}
