// What the passes over feature maps share: chunks for the threads, statistics, and the terms of a sum as rows.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "Bridge.h"
#include "NormSum.h"
#include "NormSumGpu.h"
#include "NormSumKernels.h"
#include "Parallel.h"

namespace segnas {

constexpr auto channels_last = at::MemoryFormat::ChannelsLast3d;

/// Whether the passes can read a map, or have only its shape to look at.
inline bool is_fused(const at::Tensor &x) {
    if (on_gpu(x)) return has_gpu_norm_sum(x);
    return on_host(x) && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) &&
           x.is_contiguous(channels_last) && x.numel() > 0;
}

/// Calls a body with the element type of a tensor as a value of it.
template <class Body>
void with_type_of(const at::Tensor &x, Body &&body) {
    if (x.scalar_type() == at::kFloat) {
        body(float{});
    } else {
        body(BFloat16{});
    }
}

inline at::Tensor of_channels(const std::vector<double> &values) {
    auto tensor = at::empty({static_cast<int64_t>(values.size())}, at::kFloat);
    std::copy(values.begin(), values.end(), elements<float>(tensor));
    return tensor;
}

/// A map [N, C, D, H, W] as images of rows, cut into chunks whose sums are added up in order: results do not depend on
/// the number of threads.
struct RowChunks {
    Rows rows;
    int64_t images, channels, elements;  // elements of an image
    int64_t length = std::max<int64_t>(1, 32768 / rows.length()) * rows.length();
    int64_t each = (elements + length - 1) / length;

    explicit RowChunks(const at::Tensor &x)
        : rows(x.size(1)),
          images(x.size(0)),
          channels(x.size(1)),
          elements(x.numel() / std::max<int64_t>(1, x.size(0))) {}

    /// Runs body(chunk, image, first element in memory, elements) in parallel.
    template <class Body>
    void for_each(Body &&body) const {
        parallel_for(images * each, 1, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                const int64_t start = i % each * length;
                body(i, i / each, i / each * elements + start, std::min(length, elements - start));
            }
        });
    }

    /// Sums over all elements of a channel, or of a channel in each image: [1 or N, width, C].
    ///
    /// body(image, chunk start, count, sums), which are of rows.length() each.
    template <class Body>
    std::vector<double> sum(int64_t width, bool is_by_image, Body &&body) const {
        const size_t row = width * channels;
        std::vector<double> parts(images * each * row), total(is_by_image ? images * row : row);
        for_each([&](int64_t chunk, int64_t image, int64_t start, int64_t count) {
            std::vector<float> sums(width * rows.length());
            body(image, start, count, sums.data());
            for (int64_t i = 0; i < width; ++i) {
                rows.fold(&sums[i * rows.length()], &parts[(chunk * width + i) * channels]);
            }
        });
        const size_t group = is_by_image ? each * row : parts.size();
        for (size_t i = 0; i < parts.size(); ++i) total[i / group * row + i % row] += parts[i];
        return total;
    }
};

/// Mean and variance of each channel (divided by the count), or of each channel of each image: [C] or [N·C].
struct Moments {
    std::vector<double> mean, variance;
};

template <class T>
Moments moments_of(const at::Tensor &x, bool is_by_image) {
    const RowChunks chunks(x);
    const T *values = elements<T>(x);
    const int64_t channels = chunks.channels, groups = is_by_image ? chunks.images : 1;
    // Sums of differences from some value of the channel, or the square of a large mean would swallow the variance.
    std::vector<float> pivot;
    std::vector<std::vector<float>> repeated;
    for (int64_t g = 0; g < groups; ++g) {
        for (int64_t c = 0; c < channels; ++c) pivot.push_back(to_float(values[g * chunks.elements + c]));
        repeated.push_back(chunks.rows.repeated(&pivot[g * channels]));
    }
    const auto sums = chunks.sum(2, is_by_image, [&](int64_t image, int64_t start, int64_t count, float *out) {
        const float *around = repeated[is_by_image ? image : 0].data();
        add_moments(chunks.rows, values + start, around, count, out, out + chunks.rows.length());
    });
    const auto count = static_cast<double>(x.numel() / channels / groups);
    Moments moments;
    for (int64_t i = 0; i < groups * channels; ++i) {
        const int64_t at = i / channels * 2 * channels + i % channels;
        const double mean = sums[at] / count;
        moments.mean.push_back(pivot[i] + mean);
        moments.variance.push_back(std::max(0.0, sums[at + channels] / count - mean * mean));
    }
    return moments;
}

/// The loops' view of terms, with what is repeated along rows kept alive.
template <class T>
class Views {
  public:
    Views(const NormSum &sum, const Rows &rows) {
        for (const auto &term : sum.terms) {
            const int64_t groups = term.is_normalized() ? term.scale.numel() / rows.channels : 1;
            std::vector<Constants> constants;
            for (int64_t g = 0; g < groups; ++g) {
                auto repeat = [&](const at::Tensor &values) {
                    return values.defined() ? rows.repeated(elements<float>(values) + g * rows.channels)
                                            : std::vector<float>();
                };
                constants.push_back({repeat(term.scale), repeat(term.shift), repeat(term.mean)});
            }
            constants_.push_back(std::move(constants));
        }
        const int64_t images = sum.keep.defined() ? sum.keep.size(0) : 0;
        for (int64_t n = 0; n < images; ++n) {
            keep_.push_back(rows.repeated(elements<float>(sum.keep) + n * rows.channels));
        }
        for (size_t i = 0; i < sum.terms.size(); ++i) {
            terms_.push_back(
                {elements<T>(sum.terms[i].x), nullptr, nullptr, nullptr, nullptr, sum.terms[i].has_relu,
                 sum.terms[i].slope});
            is_dropped_.push_back(sum.terms[i].is_dropped && images > 0);
        }
    }

    /// A term in one image, its values from `start` on.
    TermRows<T> at(size_t term, int64_t image, int64_t start) const {
        auto view = terms_[term];
        const auto &groups = constants_[term];
        const auto &[scale, shift, mean] = groups[groups.size() == 1 ? 0 : image];
        view.x += start;
        view.scale = pointer(scale), view.shift = pointer(shift), view.mean = pointer(mean);
        if (is_dropped_[term]) view.keep = keep_[image].data();
        return view;
    }

    std::vector<TermRows<T>> all(int64_t image, int64_t start) const {
        std::vector<TermRows<T>> views;
        for (size_t i = 0; i < terms_.size(); ++i) views.push_back(at(i, image, start));
        return views;
    }

  private:
    static const float *pointer(const std::vector<float> &values) { return values.empty() ? nullptr : values.data(); }

    struct Constants {
        std::vector<float> scale, shift, mean;
    };
    std::vector<std::vector<Constants>> constants_;  // of a term, for the batch or for each image
    std::vector<std::vector<float>> keep_;
    std::vector<TermRows<T>> terms_;
    std::vector<bool> is_dropped_;
};

}  // namespace segnas
