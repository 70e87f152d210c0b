// Σ of feature maps, each as it is or normalized and rectified, with dropout: what a node of a block graph is.
//
// Forward reads every map twice (statistics, sum) and writes the result once; backward likewise. Only the maps before
// normalization are kept: the sum is computed again where a convolution needs it for its gradient (`Kept`), which costs
// one pass and saves half of the memory that training takes.

#include "NormSum.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/bernoulli.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/relu.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "Bridge.h"
#include "Kernels/NormSumArguments.h"
#include "NormSumGpu.h"
#include "NormSumPasses.h"

namespace segnas {

namespace {

using torch::autograd::variable_list;

template <class T>
NormGradients gradients_of(const NormSum &sum, size_t index, const at::Tensor &dy, bool training) {
    const auto &term = sum.terms[index];
    const RowChunks chunks(term.x);
    const Views<T> views(sum, chunks.rows);
    const int64_t channels = chunks.channels, length = chunks.rows.length();
    const T *gradient = elements<T>(dy);
    const auto sums = chunks.sum(2, term.is_by_image, [&](int64_t image, int64_t start, int64_t count, float *out) {
        add_gradient_sums(chunks.rows, views.at(index, image, start), gradient + start, count, out, out + length);
    });

    const float *inverse = elements<float>(term.inverse);
    const int64_t groups = term.is_by_image ? chunks.images : 1;
    // Running statistics do not depend on x, and those that were given get gradients of their own.
    const bool is_own = !term.is_given && (training || term.is_by_image);
    const double count = is_own ? static_cast<double>(term.x.numel() / channels / groups) : INFINITY;
    std::vector<double> of_weight(channels), of_bias(channels);
    std::vector<std::vector<float>> offsets, inclines;
    for (int64_t g = 0; g < groups; ++g) {
        const double *sum = &sums[2 * g * channels], *product = sum + channels;
        std::vector<float> offset, incline;
        for (int64_t c = 0; c < channels; ++c) {
            const float by = inverse[g * channels + c];
            of_bias[c] += sum[c];
            of_weight[c] += product[c] * by;
            offset.push_back(static_cast<float>(sum[c] / count));
            incline.push_back(static_cast<float>(product[c] * by * by / count));
        }
        offsets.push_back(chunks.rows.repeated(offset.data()));
        inclines.push_back(chunks.rows.repeated(incline.data()));
    }
    NormGradients result{at::empty_like(term.x), of_channels(of_weight), of_channels(of_bias), {}, {}};
    if (term.is_given) {
        // y = scale·(x − mean) + bias with scale = weight·inverse, inverse = (variance + ε)^−½.
        const float *scale = elements<float>(term.scale);
        std::vector<double> of_mean, of_variance;
        for (int64_t c = 0; c < channels; ++c) {
            of_mean.push_back(-scale[c] * of_bias[c]);
            of_variance.push_back(-0.5 * scale[c] * inverse[c] * of_weight[c]);
        }
        result.mean = of_channels(of_mean);
        result.variance = of_channels(of_variance);
    }
    T *dx = elements<T>(result.x);
    chunks.for_each([&](int64_t, int64_t image, int64_t start, int64_t count) {
        const int64_t g = term.is_by_image ? image : 0;
        write_gradient(
            chunks.rows, views.at(index, image, start), gradient + start, offsets[g].data(), inclines[g].data(), count,
            dx + start);
    });
    return result;
}

struct NormSumBackward : torch::autograd::Node {
    NormSum sum;
    bool training = false;

    std::string name() const override { return "NormSumBackward"; }

    void release_variables() override { sum = {}; }

    variable_list apply(variable_list &&gradients) override {
        TORCH_CHECK(!sum.terms.empty(), "a gradient was already taken through this sum");
        const auto dy = gradients[0].contiguous(channels_last);
        variable_list out;
        for (size_t i = 0; i < sum.terms.size(); ++i) {
            const auto &term = sum.terms[i];
            if (!term.is_normalized()) {
                out.push_back(term.is_dropped && sum.keep.defined() ? dropped(dy) : dy);
                continue;
            }
            NormGradients g;
            if (on_gpu(dy)) {
                g = gpu_gradients(sum, i, dy, training);
            } else if (dy.is_meta()) {
                const auto of_channels = [&] { return at::empty({term.x.size(1)}, term.scale.options()); };
                g = {at::empty_like(term.x), of_channels(), of_channels(), {}, {}};
                if (term.is_given) g.mean = of_channels(), g.variance = of_channels();
            } else {
                with_type_of(dy, [&]<class T>(T) { g = gradients_of<T>(sum, i, dy, training); });
            }
            out.insert(out.end(), {g.x, g.weight, g.bias});
            if (term.is_given) out.insert(out.end(), {g.mean, g.variance});
        }
        return out;
    }

  private:
    at::Tensor dropped(const at::Tensor &dy) const {
        const auto shape = std::vector<int64_t>{sum.keep.size(0), sum.keep.size(1), 1, 1, 1};
        return dy * sum.keep.to(dy.scalar_type()).view(shape);
    }
};

/// The linear map that normalization is, from the statistics that are given, of the batch or of each image, or the
/// running ones.
void set_normalization(Term &term, const ct_term &given, const ct_norm_sum_options &options) {
    const auto weight = borrow(given.weight), bias = borrow(given.bias);
    auto running_mean = borrow(given.running_mean), running_variance = borrow(given.running_variance);
    term.is_given = given.mean.impl;
    term.is_by_image = !term.is_given && !given.running_mean.impl;
    if (on_gpu(term.x)) return gpu_normalize(term, given, options.training);
    if (term.x.is_meta()) {
        const int64_t values = term.is_by_image ? term.x.size(0) * term.x.size(1) : term.x.size(1);
        for (auto *part : {&term.mean, &term.inverse, &term.scale, &term.shift}) {
            *part = at::empty({values}, weight.options());
        }
        return;
    }
    auto values = [](const at::Tensor &x) {
        const float *begin = elements<float>(x);
        return std::vector<double>(begin, begin + x.numel());
    };
    Moments moments;
    if (term.is_given) {
        moments = {values(borrow(given.mean)), values(borrow(given.variance))};
    } else if (options.training || term.is_by_image) {
        with_type_of(term.x, [&]<class T>(T) { moments = moments_of<T>(term.x, term.is_by_image); });
    } else {
        moments = {values(running_mean), values(running_variance)};
    }
    const auto gamma = values(weight), beta = values(bias);
    std::vector<double> inverse, scale, shift;
    for (size_t i = 0; i < moments.mean.size(); ++i) {
        const size_t c = i % gamma.size();
        inverse.push_back(1 / std::sqrt(moments.variance[i] + given.epsilon));
        scale.push_back(gamma[c] * inverse[i]);
        shift.push_back(beta[c] - moments.mean[i] * scale[i]);
    }
    if (options.training && !term.is_by_image && !term.is_given) {
        const double count = static_cast<double>(term.x.numel() / term.x.size(1));
        float *mean = elements<float>(running_mean), *variance = elements<float>(running_variance);
        for (size_t c = 0; c < gamma.size(); ++c) {
            mean[c] += given.momentum * (moments.mean[c] - mean[c]);
            variance[c] += given.momentum * (moments.variance[c] * count / (count - 1) - variance[c]);
        }
    }
    term.mean = of_channels(moments.mean);
    term.inverse = of_channels(inverse);
    term.scale = of_channels(scale);
    term.shift = of_channels(shift);
}

at::Tensor fused(const ct_term *given, size_t count, const ct_norm_sum_options &options) {
    NormSum sum;
    variable_list inputs;
    sum.keep = borrow(options.keep);
    for (size_t i = 0; i < count; ++i) {
        const auto x = borrow(given[i].x);
        inputs.push_back(x);
        Term term;
        term.x = x.detach();
        term.has_relu = given[i].has_relu;
        term.slope = static_cast<float>(given[i].slope);
        term.is_dropped = given[i].is_dropped;
        if (given[i].weight.impl) {
            set_normalization(term, given[i], options);
            inputs.insert(inputs.end(), {borrow(given[i].weight), borrow(given[i].bias)});
            if (term.is_given) inputs.insert(inputs.end(), {borrow(given[i].mean), borrow(given[i].variance)});
        }
        sum.terms.push_back(std::move(term));
    }
    auto y = sum.compute();
    if (torch::autograd::compute_requires_grad(inputs)) {
        auto node = std::shared_ptr<NormSumBackward>(new NormSumBackward(), torch::autograd::deleteNode);
        node->set_next_edges(torch::autograd::collect_next_edges(inputs));
        node->sum = std::move(sum);
        node->training = options.training;
        torch::autograd::set_history(y, node);
    }
    // In its place: the sum itself is needed by nobody.
    return options.slope == 1 ? y : at::leaky_relu_(y, options.slope);
}

/// Normalized by mean and variance [C], with gradients for both; computed in their type.
at::Tensor normalized(const at::Tensor &x, const ct_term &given) {
    const auto of_channels = [](const at::Tensor &values) { return values.view({1, -1, 1, 1, 1}); };
    const auto scale = borrow(given.weight) * (borrow(given.variance) + given.epsilon).rsqrt();
    const auto shift = borrow(given.bias) - borrow(given.mean) * scale;
    return (x * of_channels(scale) + of_channels(shift)).to(x.scalar_type());
}

/// The same by libtorch's operations: on other devices, for other types and orders of memory.
at::Tensor composed(const ct_term *given, size_t count, const ct_norm_sum_options &options) {
    at::Tensor y;
    for (size_t i = 0; i < count; ++i) {
        auto term = borrow(given[i].x);
        if (given[i].weight.impl && given[i].mean.impl) {
            term = normalized(term, given[i]);
        } else if (given[i].weight.impl && !given[i].running_mean.impl) {
            term = instance_norm(term, borrow(given[i].weight), borrow(given[i].bias), given[i].epsilon);
        } else if (given[i].weight.impl) {
            term = at::batch_norm(
                term, borrow(given[i].weight), borrow(given[i].bias), borrow(given[i].running_mean),
                borrow(given[i].running_variance), options.training, given[i].momentum, given[i].epsilon,
                /*cudnn_enabled=*/true);
        }
        if (given[i].has_relu) term = given[i].slope == 0 ? at::relu(term) : at::leaky_relu(term, given[i].slope);
        if (given[i].is_dropped && options.keep.impl) {
            const auto keep = borrow(options.keep);
            term = term * keep.to(term.scalar_type()).view({keep.size(0), keep.size(1), 1, 1, 1});
        }
        y = y.defined() ? y + term : term;
    }
    return options.slope == 1 ? y : at::leaky_relu(y, options.slope);
}

void check_term(const ct_term &given, const at::Tensor &first, const ct_norm_sum_options &options) {
    const auto x = borrow(given.x);
    check_volume(x);
    TORCH_CHECK(
        x.sizes() == first.sizes() && x.scalar_type() == first.scalar_type(), "maps of shapes ", first.sizes(), " and ",
        x.sizes(), ", or of different types, cannot be summed");
    if (given.mean.impl) {
        check_batch_norm(
            x,
            {given.weight, given.bias, given.mean, given.variance, /*training=*/false, given.momentum, given.epsilon});
    } else if (given.weight.impl) {
        check_batch_norm(
            x, {given.weight, given.bias, given.running_mean, given.running_variance, options.training, given.momentum,
                given.epsilon});
        TORCH_CHECK(
            given.running_mean.impl || x.numel() > x.size(0) * x.size(1),
            "one voxel per channel has no variance; got shape ", x.sizes());
    }
}

}  // namespace

at::Tensor NormSum::compute() const {
    auto y = at::empty_like(terms[0].x);
    if (on_gpu(y)) {
        gpu_sum(*this, y);
        return y;
    }
    if (y.is_meta()) return y;
    const RowChunks chunks(y);
    with_type_of(y, [&]<class T>(T) {
        const Views<T> views(*this, chunks.rows);
        T *out = elements<T>(y);
        chunks.for_each([&](int64_t, int64_t image, int64_t start, int64_t count) {
            const auto terms = views.all(image, start);
            sum_terms(chunks.rows, terms.data(), static_cast<int64_t>(terms.size()), count, out + start);
        });
    });
    return y;
}

Kept::Kept(const at::Tensor &x) {
    if (dynamic_cast<NormSumBackward *>(x.grad_fn().get())) {
        maker_ = x.grad_fn();
    } else {
        tensor_ = x.detach();
    }
}

at::Tensor Kept::get() const {
    return maker_ ? static_cast<NormSumBackward &>(*maker_).sum.compute() : tensor_;
}

}  // namespace segnas

using namespace segnas;

ct_status ct_norm_sum(const ct_term *terms, size_t count, const ct_norm_sum_options *options, ct_tensor *out) {
    return produce("normalized sum", out, [&] {
        TORCH_CHECK(count > 0, "a sum of nothing has no shape");
        const auto first = borrow(terms[0].x);
        bool all_fused = !on_gpu(first) || count <= most_terms;
        for (size_t i = 0; i < count; ++i) {
            check_term(terms[i], first, *options);
            all_fused = all_fused && is_fused(borrow(terms[i].x));
        }
        return all_fused ? fused(terms, count, *options) : composed(terms, count, *options);
    });
}

ct_status ct_dropout_factors(int64_t images, int64_t channels, double probability, ct_device device, ct_tensor *out) {
    return produce("dropout", out, [&] {
        const auto options = at::TensorOptions().dtype(at::kFloat).device(device_of(device));
        if (options.device().is_meta()) return at::empty({images, channels}, options);
        return at::bernoulli(at::full({images, channels}, 1 - probability, options)) / (1 - probability);
    });
}
