// What sums over the voxels of scores [N, L, D, H, W] share: blocks of voxels that fit the first cache, chunks of them
// for the threads.
#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "Bridge.h"
#include "Parallel.h"
#include "Vector.h"

namespace segnas {

constexpr uint8_t ignored = 255;
/// Voxels of a block, whose scores fit the first cache, and blocks of a chunk, whose sums are added up in order: the
/// result does not depend on the number of threads.
constexpr int64_t width = 64, chunk = 64 * width;

/// The scores of one image, and where class and voxel lie in them.
template <class T>
struct Image {
    T *scores;
    const uint8_t *labels;
    int64_t classes, voxels, class_stride, voxel_stride;
};

/// Numbers that are turned round together. By reference: by value their ABI depends on the instructions that the caller is
/// built for.
typedef float Eight __attribute__((ext_vector_type(8)));

/// Turns eight rows into columns.
ALWAYS_INLINE void transpose(Eight (&rows)[8]) {
    Eight pairs[8], fours[8];
    for (int i = 0; i < 8; i += 2) {
        pairs[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        pairs[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int i = 0; i < 8; i += 4) {
        for (int j = 0; j < 2; ++j) {
            const Eight &a = pairs[i + j], &b = pairs[i + j + 2];
            fours[i + 2 * j] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
            fours[i + 2 * j + 1] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    for (int i = 0; i < 4; ++i) {
        rows[i] = __builtin_shufflevector(fours[i], fours[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        rows[i + 4] = __builtin_shufflevector(fours[i], fours[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

template <class T>
ALWAYS_INLINE void read(const T *from, Eight &to) {
    float values[8];
    for (int i = 0; i < 8; ++i) values[i] = to_float(from[i]);
    std::memcpy(&to, values, sizeof(to));
}

template <class T>
ALWAYS_INLINE void write(const Eight &from, T *to) {
    float values[8];
    std::memcpy(values, &from, sizeof(values));
    for (int i = 0; i < 8; ++i) to[i] = from_float<T>(values[i]);
}

/// Turns a matrix [rows][from_step] into [columns][to_step]; it has eight rows and columns at least.
template <class From, class To>
ALWAYS_INLINE void turn_round(
    const From *from, int64_t from_step, int64_t rows, int64_t columns, To *to, int64_t to_step) {
    // The last eight of either overlap those before them.
    for (int64_t row = 0;; row = row + 16 > rows ? rows - 8 : row + 8) {
        for (int64_t column = 0;; column = column + 16 > columns ? columns - 8 : column + 8) {
            Eight values[8];
            for (int k = 0; k < 8; ++k) read(from + (row + k) * from_step + column, values[k]);
            transpose(values);
            for (int k = 0; k < 8; ++k) write(values[k], to + (column + k) * to_step + row);
            if (column + 8 == columns) break;
        }
        if (row + 8 == rows) break;
    }
}

/// Reads the scores of a block, [classes][width], zeros behind the last voxel.
template <class T>
ALWAYS_INLINE void load(const Image<T> &image, int64_t start, int64_t count, float *p) {
    const T *scores = image.scores + start * image.voxel_stride;
    if (image.voxel_stride == 1) {
        for (int64_t i = 0; i < image.classes; ++i) {
            for (int64_t v = 0; v < count; ++v) p[i * width + v] = to_float(scores[i * image.class_stride + v]);
        }
    } else if (image.classes >= 8 && count >= 8) {
        turn_round(scores, image.voxel_stride, count, image.classes, p, width);
    } else {
        for (int64_t v = 0; v < count; ++v) {
            for (int64_t i = 0; i < image.classes; ++i) p[i * width + v] = to_float(scores[v * image.voxel_stride + i]);
        }
    }
    for (int64_t i = 0; count < width && i < image.classes; ++i) {
        for (int64_t v = count; v < width; ++v) p[i * width + v] = 0;
    }
}

/// Writes a block's [classes][width] to its places in the gradient of the image's scores.
template <class T>
ALWAYS_INLINE void store(const Image<const T> &image, const float *p, int64_t start, int64_t count, T *gradient) {
    T *out = gradient + start * image.voxel_stride;
    if (image.voxel_stride == 1) {
        for (int64_t i = 0; i < image.classes; ++i) {
            for (int64_t v = 0; v < count; ++v) out[i * image.class_stride + v] = from_float<T>(p[i * width + v]);
        }
    } else if (image.classes >= 8 && count >= 8) {
        turn_round(p, width, image.classes, count, out, image.voxel_stride);
    } else {
        for (int64_t v = 0; v < count; ++v) {
            for (int64_t i = 0; i < image.classes; ++i) {
                out[v * image.voxel_stride + i] = from_float<T>(p[i * width + v]);
            }
        }
    }
}

/// The sum of a block's values: partial sums fill a vector, where the order of a single sum would be fixed.
ALWAYS_INLINE float sum_of_block(const float *values) {
    float sum = 0, part[16] = {};
    for (int64_t v = 0; v < width; v += 16) {
        for (int64_t j = 0; j < 16; ++j) part[j] += values[v + j];
    }
    for (float value : part) sum += value;
    return sum;
}

/// The images of a batch cut into chunks.
struct Chunks {
    int64_t images, voxels, each = (voxels + chunk - 1) / chunk;

    int64_t count() const { return images * each; }
    int64_t image(int64_t index) const { return index / each; }
    int64_t begin(int64_t index) const { return index % each * chunk; }
    int64_t end(int64_t index) const { return std::min(voxels, begin(index) + chunk); }
};

template <class T>
Image<T> image_of(T *scores, const at::Tensor &tensor, const at::Tensor &labels, int64_t n) {
    const int64_t classes = tensor.size(1), voxels = labels[0].numel();
    const bool is_channels_last = tensor.is_contiguous(at::MemoryFormat::ChannelsLast3d);
    return {scores + n * classes * voxels, elements<uint8_t>(labels) + n * voxels, classes, voxels,
            is_channels_last ? 1 : voxels, is_channels_last ? classes : 1};
}

/// Sums over the voxels of each image, [N, row].
///
/// add(image, begin, end, memory of a block, sums) adds those of a chunk.
template <class T, class Add>
std::vector<double> sums_of_images(const at::Tensor &scores, const at::Tensor &labels, int64_t row, Add &&add) {
    const Chunks chunks{scores.size(0), labels[0].numel()};
    std::vector<double> parts(chunks.count() * row), sums(chunks.images * row);
    parallel_for(chunks.count(), 1, [&](int64_t begin, int64_t end) {
        std::vector<float> memory(scores.size(1) * width);
        for (int64_t i = begin; i < end; ++i) {
            const auto image = image_of(elements<T>(scores), scores, labels, chunks.image(i));
            add(image, chunks.begin(i), chunks.end(i), memory.data(), &parts[i * row]);
        }
    });
    for (int64_t i = 0; i < chunks.count(); ++i) {
        for (int64_t j = 0; j < row; ++j) sums[chunks.image(i) * row + j] += parts[i * row + j];
    }
    return sums;
}

/// Copies the first columns of sums [N, row], as many as there are classes for each, into matrices [N, classes].
inline void copy_columns(const std::vector<double> &sums, int64_t row, const std::vector<at::Tensor> &matrices) {
    for (size_t kind = 0; kind < matrices.size(); ++kind) {
        at::Tensor matrix = matrices[kind];
        const int64_t images = matrix.size(0), classes = matrix.size(1);
        for (int64_t n = 0; n < images; ++n) {
            std::copy_n(
                &sums[n * row + static_cast<int64_t>(kind) * classes], classes, elements<float>(matrix) + n * classes);
        }
    }
}

/// Derivatives of the loss for the sums of one image: [classes] each, and of the cross term.
struct Slopes {
    const float *common, *predicted;
    float cross;
};

/// Fills the gradient of scores.
///
/// write(image, slopes, begin, end, memory of a block, the image's gradient) fills that of a chunk.
template <class T, class Write>
void fill_gradient(
    const at::Tensor &scores, const at::Tensor &labels, const at::Tensor &common, const at::Tensor &predicted,
    float cross, at::Tensor &gradient, Write &&write) {
    const int64_t classes = scores.size(1);
    const Chunks chunks{scores.size(0), labels[0].numel()};
    parallel_for(chunks.count(), 1, [&](int64_t begin, int64_t end) {
        std::vector<float> memory(classes * width);
        for (int64_t i = begin; i < end; ++i) {
            const int64_t n = chunks.image(i);
            const auto image = image_of(elements<T>(scores), scores, labels, n);
            const Slopes slopes{elements<float>(common) + n * classes, elements<float>(predicted) + n * classes, cross};
            write(
                image, slopes, chunks.begin(i), chunks.end(i), memory.data(),
                elements<T>(gradient) + n * classes * image.voxels);
        }
    });
}

/// Labels [N, D, H, W] of scores, below a number of classes or ignored.
inline void check_labels(const at::Tensor &scores, const at::Tensor &labels, int64_t classes) {
    check_volume(scores);
    const auto shape = scores.sizes();
    const std::vector<int64_t> of_labels{shape[0], shape[2], shape[3], shape[4]};
    TORCH_CHECK(
        labels.scalar_type() == at::kByte && labels.sizes() == of_labels, "labels of shape ", labels.sizes(),
        " and type ", labels.scalar_type(), " do not fit scores of shape ", shape);
    TORCH_CHECK(classes > 0 && classes <= ignored, "classes must be 1 to 255, not ", classes);
    // A GPU would be waited for: what is prepared has been examined, and all of it is trained on.
    if (!labels.is_cpu() || labels.numel() == 0) return;
    const auto known = labels.lt(classes).logical_or(labels.eq(ignored));
    TORCH_CHECK(known.all().item<bool>(), "a label is not one of the ", classes, " classes, nor ", int(ignored));
}

}  // namespace segnas
