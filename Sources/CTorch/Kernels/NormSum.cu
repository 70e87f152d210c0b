// The passes of NormSum over channels-last maps, and what is computed from their sums.
#include "Kernel.h"
#include "NormSumArguments.h"

namespace segnas {

/// The channels of V elements that lie together; rows are C elements long, and may begin among them.
template <int V>
ALWAYS_INLINE void channels_of(unsigned element, unsigned channels, unsigned *out) {
    unsigned c = element % channels;
    for (int k = 0; k < V; ++k) {
        out[k] = c;
        c = c + 1 == channels ? 0 : c + 1;
    }
}

/// The numbers of V channels, of which there is one for each.
template <int V>
ALWAYS_INLINE void read_channels(const float *from, unsigned channels, const unsigned *c, float *to) {
    if constexpr (V % 4 == 0) {
        if (channels % V == 0 && reinterpret_cast<unsigned long long>(from) % 16 == 0) {
            for (int k = 0; k < V; k += 4) read<4>(from + c[0] + k, to + k);
            return;
        }
    }
    for (int k = 0; k < V; ++k) to[k] = from[c[k]];
}

/// A value, or the slope times it under a ReLU that finds its input negative; 0 times infinity is 0.
ALWAYS_INLINE float rectified(float value, bool is_negative, float slope) {
    return !is_negative ? value : slope == 0 ? 0 : value * slope;
}

// MARK: - Sum

template <class T, int V>
ALWAYS_INLINE void add_term(
    const GpuTerm &term, long long at, unsigned image, unsigned channels, const unsigned *c, float *sum) {
    float x[V];
    read<V>(static_cast<const T *>(term.x) + at, x);
    const unsigned row = image * channels, of_norm = term.is_by_image ? row : 0;
    if (term.scale) {
        float scale[V], shift[V];
        read_channels<V>(term.scale + of_norm, channels, c, scale);
        read_channels<V>(term.shift + of_norm, channels, c, shift);
        for (int k = 0; k < V; ++k) {
            const float value = x[k] * scale[k] + shift[k];
            x[k] = term.has_relu ? rectified(value, value < 0, term.slope) : value;
        }
    }
    if (term.keep) {
        float keep[V];
        read_channels<V>(term.keep + row, channels, c, keep);
        for (int k = 0; k < V; ++k) x[k] *= keep[k];
    }
    for (int k = 0; k < V; ++k) sum[k] += x[k];
}

template <class T, int V>
ALWAYS_INLINE void sum(const SumArguments &a) {
    const unsigned image = blockIdx.y, step = gridDim.x * blockDim.x * V;
    const long long start = static_cast<long long>(image) * a.map.elements;
    for (unsigned i = (blockIdx.x * blockDim.x + threadIdx.x) * V; i < a.map.elements; i += step) {
        unsigned c[V];
        channels_of<V>(i, a.map.channels, c);
        float total[V];
        for (int k = 0; k < V; ++k) total[k] = 0;
        for (int t = 0; t < a.count; ++t) add_term<T, V>(a.terms[t], start + i, image, a.map.channels, c, total);
        write<V>(total, static_cast<T *>(a.y) + start + i);
    }
}

// MARK: - Sums of channels

/// Adds up what the threads of a block have of each channel: [C], in a fixed order.
///
/// The memory has room for the values of all active threads and one number for each thread.
template <int V>
ALWAYS_INLINE void sum_channels(const float *values, unsigned active, unsigned channels, float *shared, float *out) {
    const unsigned length = active * V, lanes = blockDim.x / channels;
    if (threadIdx.x < active)
        for (int k = 0; k < V; ++k) shared[threadIdx.x * V + k] = values[k];
    __syncthreads();
    if (lanes < 2) {
        for (unsigned c = threadIdx.x; c < channels; c += blockDim.x) {
            float total = 0;
            for (unsigned i = c; i < length; i += channels) total += shared[i];
            out[c] = total;
        }
    } else {
        float *const of_lanes = shared + length;
        if (threadIdx.x < lanes * channels) {
            float total = 0;
            for (unsigned i = threadIdx.x; i < length; i += lanes * channels) total += shared[i];
            of_lanes[threadIdx.x] = total;
        }
        __syncthreads();
        if (threadIdx.x < channels) {
            float total = 0;
            for (unsigned lane = 0; lane < lanes; ++lane) total += of_lanes[lane * channels + threadIdx.x];
            out[threadIdx.x] = total;
        }
    }
    __syncthreads();  // before other values are written there
}

/// Calls body(element of the image) for those of a part that are this thread's.
template <int V, class Body>
ALWAYS_INLINE void each_of_part(const Parts &parts, const MapShape &map, Body &&body) {
    if (threadIdx.x >= parts.active) return;
    const unsigned begin = blockIdx.x * parts.length, rest = map.elements - begin;
    const unsigned end = begin + (rest < parts.length ? rest : parts.length);
    for (unsigned i = begin + threadIdx.x * V; i < end; i += parts.active * V) body(i);
}

template <class T, int V>
ALWAYS_INLINE void moments(const MomentsArguments &a, float *shared) {
    const unsigned image = blockIdx.y, channels = a.map.channels, group = a.is_by_image ? image : 0;
    const T *const x = static_cast<const T *>(a.x) + static_cast<long long>(image) * a.map.elements;
    const T *const first = static_cast<const T *>(a.x) + static_cast<long long>(group) * a.map.elements;
    unsigned c[V];
    channels_of<V>(threadIdx.x * V, channels, c);
    float pivot[V], sums[V], squares[V];
    for (int k = 0; k < V; ++k) pivot[k] = to_float(first[c[k]]), sums[k] = squares[k] = 0;
    each_of_part<V>(a.parts, a.map, [&](unsigned i) {
        float values[V];
        read<V>(x + i, values);
        for (int k = 0; k < V; ++k) {
            const float value = values[k] - pivot[k];
            sums[k] += value;
            squares[k] += value * value;
        }
    });
    float *const out = a.sums + static_cast<long long>(image * a.parts.each + blockIdx.x) * 2 * channels;
    sum_channels<V>(sums, a.parts.active, channels, shared, out);
    sum_channels<V>(squares, a.parts.active, channels, shared, out + channels);
    if (blockIdx.x == 0 && image == group)
        for (unsigned i = threadIdx.x; i < channels; i += blockDim.x)
            a.pivots[group * channels + i] = to_float(first[i]);
}

/// dy·keep where the term is positive, else the slope times it.
ALWAYS_INLINE float passed(const GpuTerm &term, float dy, float x, unsigned of_norm, unsigned of_image) {
    const float gradient = term.keep ? dy * term.keep[of_image] : dy;
    const bool is_negative = x * term.scale[of_norm] + term.shift[of_norm] <= 0;
    return rectified(gradient, term.has_relu && is_negative, term.slope);
}

template <class T, int V>
ALWAYS_INLINE void gradient_sums(const GradientSumsArguments &a, float *shared) {
    const unsigned image = blockIdx.y, channels = a.map.channels;
    const long long start = static_cast<long long>(image) * a.map.elements;
    const T *const x = static_cast<const T *>(a.term.x) + start, *const dy = static_cast<const T *>(a.dy) + start;
    const unsigned row = image * channels, of_norm = a.term.is_by_image ? row : 0;
    unsigned c[V];
    channels_of<V>(threadIdx.x * V, channels, c);
    float sums[V], products[V];
    for (int k = 0; k < V; ++k) sums[k] = products[k] = 0;
    each_of_part<V>(a.parts, a.map, [&](unsigned i) {
        float values[V], gradients[V];
        read<V>(x + i, values);
        read<V>(dy + i, gradients);
        for (int k = 0; k < V; ++k) {
            const float g = passed(a.term, gradients[k], values[k], of_norm + c[k], row + c[k]);
            sums[k] += g;
            products[k] += g * (values[k] - a.term.mean[of_norm + c[k]]);
        }
    });
    float *const out = a.sums + static_cast<long long>(image * a.parts.each + blockIdx.x) * 2 * channels;
    sum_channels<V>(sums, a.parts.active, channels, shared, out);
    sum_channels<V>(products, a.parts.active, channels, shared, out + channels);
}

/// Both sums of a channel over parts: [parts, 2, C].
struct TwoSums {
    double first, second;
};

ALWAYS_INLINE TwoSums sums_of_parts(const float *sums, unsigned parts, unsigned channels, unsigned c, double *shared) {
    double first = 0, second = 0;
    for (unsigned i = threadIdx.x; i < parts; i += blockDim.x) {
        const float *const of_part = sums + static_cast<long long>(i) * 2 * channels;
        first += of_part[c];
        second += of_part[channels + c];
    }
    const double total = sum_of_block(first, shared);
    return {total, sum_of_block(second, shared)};
}

// MARK: - Gradient

template <class T, int V>
ALWAYS_INLINE void gradient(const GradientArguments &a) {
    const unsigned image = blockIdx.y, channels = a.map.channels, step = gridDim.x * blockDim.x * V;
    const long long start = static_cast<long long>(image) * a.map.elements;
    const unsigned row = image * channels, of_norm = a.term.is_by_image ? row : 0;
    for (unsigned i = (blockIdx.x * blockDim.x + threadIdx.x) * V; i < a.map.elements; i += step) {
        unsigned c[V];
        channels_of<V>(i, channels, c);
        float x[V], dy[V], dx[V];
        read<V>(static_cast<const T *>(a.term.x) + start + i, x);
        read<V>(static_cast<const T *>(a.dy) + start + i, dy);
        for (int k = 0; k < V; ++k) {
            const unsigned j = of_norm + c[k];
            const float g = passed(a.term, dy[k], x[k], j, row + c[k]);
            dx[k] = a.term.scale[j] * (g - a.offset[j] - (x[k] - a.term.mean[j]) * a.incline[j]);
        }
        write<V>(dx, static_cast<T *>(a.dx) + start + i);
    }
}

}  // namespace segnas

using namespace segnas;

/// A block for each channel, and each image where it is normalized by itself.
KERNEL(statistics, StatisticsArguments, 256) {
    SHARED_MEMORY(double, shared);
    const auto &a = arguments;
    const unsigned c = blockIdx.x, group = blockIdx.y, channels = a.map.channels, at = group * channels + c;
    const double count = static_cast<double>(a.map.elements / channels) * (a.is_by_image ? 1 : a.map.images);
    double mean = 0, variance = 0;
    if (a.sums) {
        const unsigned parts = a.is_by_image ? a.each : a.map.images * a.each;
        const auto sums = sums_of_parts(
            a.sums + static_cast<long long>(group) * a.each * 2 * channels, parts, channels, c, shared);
        const double from_pivot = sums.first / count, spread = sums.second / count - from_pivot * from_pivot;
        mean = a.pivots[at] + from_pivot;
        variance = spread > 0 ? spread : 0;
    } else {
        mean = a.given_mean[c];
        variance = a.given_variance[c];
    }
    if (threadIdx.x != 0) return;
    a.mean[at] = static_cast<float>(mean);
    if (a.variance) a.variance[at] = static_cast<float>(variance);
    if (a.weight) {
        const double inverse = 1 / sqrt(variance + a.epsilon), scale = a.weight[c] * inverse;
        a.inverse[at] = static_cast<float>(inverse);
        a.scale[at] = static_cast<float>(scale);
        a.shift[at] = static_cast<float>(a.bias[c] - mean * scale);
    }
    if (a.running_mean) {
        const double unbiased = variance * count / (count - 1);
        a.running_mean[c] = static_cast<float>(a.running_mean[c] + a.momentum * (mean - a.running_mean[c]));
        a.running_variance[c] = static_cast<float>(
            a.running_variance[c] + a.momentum * (unbiased - a.running_variance[c]));
    }
}

/// A block for each channel.
KERNEL(parameter_gradients, ParameterGradientsArguments, 256) {
    SHARED_MEMORY(double, shared);
    const auto &a = arguments;
    const unsigned c = blockIdx.x, channels = a.map.channels, groups = a.is_by_image ? a.map.images : 1;
    const unsigned parts = a.is_by_image ? a.each : a.map.images * a.each;
    const double count = static_cast<double>(a.map.elements / channels) * (a.is_by_image ? 1 : a.map.images);
    double of_weight = 0, of_bias = 0;
    for (unsigned group = 0; group < groups; ++group) {
        const auto sums = sums_of_parts(
            a.sums + static_cast<long long>(group) * a.each * 2 * channels, parts, channels, c, shared);
        const double by = a.inverse[group * channels + c];
        of_bias += sums.first;
        of_weight += sums.second * by;
        if (threadIdx.x != 0) continue;
        // Statistics that are not those of x do not depend on it.
        a.offset[group * channels + c] = a.is_own ? static_cast<float>(sums.first / count) : 0;
        a.incline[group * channels + c] = a.is_own ? static_cast<float>(sums.second * by * by / count) : 0;
    }
    if (threadIdx.x != 0) return;
    a.weight[c] = static_cast<float>(of_weight);
    a.bias[c] = static_cast<float>(of_bias);
    if (!a.mean) return;
    // y = scale·(x − mean) + bias with scale = weight·inverse, inverse = (variance + ε)^−½.
    const double scale = a.scale[c];
    a.mean[c] = static_cast<float>(-scale * of_bias);
    a.variance[c] = static_cast<float>(-0.5 * scale * a.inverse[c] * of_weight);
}

#define KERNELS(type, T, V, threads)                                     \
    KERNEL(sum_##type##_##V, SumArguments, 256) {                        \
        sum<T, V>(arguments);                                            \
    }                                                                    \
    KERNEL(moments_##type##_##V, MomentsArguments, threads) {            \
        SHARED_MEMORY(float, shared);                                    \
        moments<T, V>(arguments, shared);                                \
    }                                                                    \
    KERNEL(gradient_sums_##type##_##V, GradientSumsArguments, threads) { \
        SHARED_MEMORY(float, shared);                                    \
        gradient_sums<T, V>(arguments, shared);                          \
    }                                                                    \
    KERNEL(gradient_##type##_##V, GradientArguments, 256) {              \
        gradient<T, V>(arguments);                                       \
    }

KERNELS(float32, float, 1, 1024)
KERNELS(float32, float, 4, 256)
KERNELS(bfloat16, BFloat16, 1, 1024)
KERNELS(bfloat16, BFloat16, 8, 256)
