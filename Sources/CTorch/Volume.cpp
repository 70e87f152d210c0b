#include <ATen/core/Tensor.h>
#include <ATen/ops/affine_grid_generator.h>
#include <ATen/ops/avg_pool3d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv_transpose3d.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/grid_sampler_3d.h>
#include <ATen/ops/prelu.h>
#include <ATen/ops/upsample_nearest3d.h>
#include <ATen/ops/upsample_trilinear3d.h>

#include <array>

#include "Bridge.h"
#include "Convolution.h"
#include "OneDNN.h"

using namespace segnas;

namespace {

std::array<int64_t, 3> axes(ct_extent extent) {
    return {extent.depth, extent.height, extent.width};
}

/// In the order of x, which some of libtorch's kernels lose.
at::Tensor conv_transpose(
    const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias, const ct_window &window) {
    if (x.is_cuda()) let_choose_kernels(x);
    const auto y = at::conv_transpose3d(
        x, weight, bias, axes(window.stride), axes(window.padding), axes(window.output_padding), /*groups=*/1,
        axes(window.dilation));
    return y.contiguous(x.suggest_memory_format());
}

}  // namespace

void segnas::check_volume(const at::Tensor &x) {
    TORCH_CHECK(x.dim() == 5, "expected a tensor [N, C, D, H, W], got shape ", x.sizes());
}

void segnas::check_batch_norm(const at::Tensor &x, const ct_batch_norm_options &options) {
    check_volume(x);
    for (auto part : {options.weight, options.bias, options.running_mean, options.running_variance}) {
        TORCH_CHECK(
            !part.impl || peek(part).sizes() == at::IntArrayRef{x.size(1)}, "parameters of shape ", peek(part).sizes(),
            " do not fit an input of shape ", x.sizes());
    }
    TORCH_CHECK(
        !options.training || x.numel() > x.size(1), "one value per channel has no variance; got shape ", x.sizes());
}

at::Tensor segnas::instance_norm(
    const at::Tensor &x, const std::optional<at::Tensor> &weight, const std::optional<at::Tensor> &bias,
    double epsilon) {
    // CUDA's kernel wants one type; the CPU's takes scales in float32 beside any.
    const auto of_type = [&](const std::optional<at::Tensor> &part) {
        return part && on_gpu(x) ? std::optional(part->to(x.scalar_type())) : part;
    };
    // A group for each channel is the same; at::instance_norm would leave the channels-last order.
    return at::group_norm(x, /*num_groups=*/x.size(1), of_type(weight), of_type(bias), epsilon);
}

ct_status ct_conv_transpose3d(ct_tensor x, ct_tensor weight, ct_tensor bias, const ct_window *window, ct_tensor *out) {
    return produce("conv-transpose3d", out, [&] {
        auto input = borrow(x);
        check_volume(input);
        const auto kernel = borrow(weight);
        const auto offset = borrow_optional(bias);
        if (on_gpu(input) || input.scalar_type() != at::kBFloat16 || onednn_multiplies(at::kBFloat16)) {
            return conv_transpose(input, kernel, offset, *window);
        }
        // As in Convolution.cpp, in float32 where the processor does not multiply bfloat16.
        const auto exact = conv_transpose(
            input.to(at::kFloat), kernel.to(at::kFloat), offset ? std::optional(offset->to(at::kFloat)) : offset,
            *window);
        return exact.to(at::kBFloat16);
    });
}

ct_status ct_batch_norm(ct_tensor x, const ct_batch_norm_options *options, ct_tensor *out) {
    return produce("batch norm", out, [&] {
        auto input = borrow(x);
        check_batch_norm(input, *options);
        return at::batch_norm(
            input, borrow_optional(options->weight), borrow_optional(options->bias),
            borrow_optional(options->running_mean), borrow_optional(options->running_variance), options->training,
            options->momentum, options->epsilon, /*cudnn_enabled=*/true);
    });
}

ct_status ct_instance_norm(ct_tensor x, ct_tensor weight, ct_tensor bias, double epsilon, ct_tensor *out) {
    return produce("instance norm", out, [&] {
        auto input = borrow(x);
        check_volume(input);
        TORCH_CHECK(
            input.numel() > input.size(0) * input.size(1), "one voxel per channel has no variance; got shape ",
            input.sizes());
        return instance_norm(input, borrow_optional(weight), borrow_optional(bias), epsilon);
    });
}

ct_status ct_prelu(ct_tensor x, ct_tensor weight, ct_tensor *out) {
    return produce("prelu", out, [&] { return at::prelu(borrow(x), borrow(weight)); });
}

ct_status ct_avg_pool3d(ct_tensor x, ct_extent size, ct_tensor *out) {
    return produce("average pool", out, [&] {
        const auto input = borrow(x);
        check_volume(input);
        // The CPU's kernel has no bfloat16, and loses the order of the maps.
        const auto type = input.scalar_type();
        const auto given = type == at::kBFloat16 && !on_gpu(input) ? input.to(at::kFloat) : input;
        return at::avg_pool3d(given, axes(size), axes(size)).to(type).contiguous(input.suggest_memory_format());
    });
}

ct_status ct_resize_nearest(ct_tensor x, ct_extent size, ct_tensor *out) {
    return produce("resize", out, [&] {
        auto input = borrow(x);
        check_volume(input);
        return at::upsample_nearest3d(input, axes(size));
    });
}

ct_status ct_resize_trilinear(ct_tensor x, ct_extent size, bool align_corners, ct_tensor *out) {
    return produce("resize", out, [&] {
        auto input = borrow(x);
        check_volume(input);
        return at::upsample_trilinear3d(input, axes(size), align_corners);
    });
}

ct_status ct_affine_sample(
    ct_tensor x, ct_tensor matrices, ct_extent size, ct_interpolation interpolation, ct_tensor *out) {
    return produce("affine sampling", out, [&] {
        auto input = borrow(x), theta = borrow(matrices);
        check_volume(input);
        const auto [depth, height, width] = axes(size);
        auto grid = at::affine_grid_generator(
            theta, {input.size(0), input.size(1), depth, height, width}, /*align_corners=*/false);
        // Both must be of one type, and bfloat16 coordinates would be off by voxels.
        return at::grid_sampler_3d(
                   input.to(theta.scalar_type()), grid, interpolation == CT_NEAREST ? 1 : 0,
                   /*padding_mode zeros=*/0, /*align_corners=*/false)
            .to(input.scalar_type());
    });
}
