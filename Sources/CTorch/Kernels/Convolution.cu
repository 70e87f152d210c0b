// Convolution of bfloat16 maps of few channels by 3×3×3 or 5×5×5 taps, and its gradients, on tensor cores.
//
// NVIDIA's library pads few channels to 32 or 64, and reads a map anew for the taps. Here a block of threads loads a
// box of voxels with its halo once. Matrices of 16 voxels in a row and 16 channels are multiplied by the weight of a
// tap; one that is loaded serves all taps of a row along the height.
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800  // older ones do not multiply bfloat16
#include "ConvolutionTile.h"

namespace segnas {

/// A product's columns are outputs in such an order that a lane has neighbouring ones of the columns of all products.
template <unsigned Outputs>
ALWAYS_INLINE unsigned output_of(unsigned lane, unsigned product) {
    return lane % 4 * (Outputs / 4) + 2 * product;
}

// MARK: - Weight

template <unsigned Outputs>
ALWAYS_INLINE void order_fragments(const FragmentsArguments &a) {
    constexpr unsigned products = Outputs / 8;
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= a.count) return;
    const unsigned lane = i % 32, product = i / 32 % products, place = i / 32 / products;
    const unsigned y = place % a.taps, z = place / a.taps % a.taps, x = place / a.taps / a.taps % a.taps;
    const unsigned first = place / a.taps / a.taps / a.taps * 16 + lane % 4 * 2;
    // Column 2q + k is the k-th of those outputs that a lane with lane%4 = q has in the end.
    const unsigned column = lane / 4, output = output_of<Outputs>(column / 2, product) + column % 2;
    const auto *const weight = static_cast<const BFloat16 *>(a.weight) + output * a.of_output + z * a.z + y * a.y +
                               x * a.x;
    const auto element = [&](unsigned input) -> unsigned {
        return input < a.inputs && output < a.outputs ? weight[input * a.of_input].bits : 0;
    };
    static_cast<uint2 *>(a.fragments)[i] = uint2{
        element(first) | element(first + 1) << 16, element(first + 8) | element(first + 9) << 16};
}

// MARK: - Convolution

/// Rows of outputs that follow each other along the height, which a warp has in its registers.
template <unsigned Taps, unsigned Inputs, unsigned Outputs>
struct Convolution {
    static constexpr unsigned rows = rows_of_warp(Outputs), products = Outputs / 8, halo = Taps - 1;
    static constexpr unsigned channels = channels_of_box(Taps, Inputs);
    using Box = Tile<channels, box_depth + halo, box_height + halo, box_width + halo>;

    float sums[rows][products][4];

    /// Adds what the box's rows from the given one on contribute, with fragments for its channels. For each column of
    /// taps along the width and each 16 channels, all rows go by once.
    ALWAYS_INLINE void add_box(const char *box, unsigned row, const uint2 *fragments) {
#pragma unroll 1
        for (unsigned column = 0; column < Taps * (channels / 16); ++column) {
            const unsigned lane = threadIdx.x % 32, x = column % Taps, part = column / Taps;
            const auto from = shared_address(box + Box::offset(row, x + lane % 16, 2 * part + lane / 16));
            const uint2 *const of_column = fragments + column * Taps * Taps * products * 32 + lane;
#pragma unroll 1
            for (unsigned z = 0; z < Taps; ++z)
                add_plane(from + z * (box_height + halo) * Box::bytes_of_row, of_column + z * Taps * products * 32);
        }
    }

    ALWAYS_INLINE void add_plane(SharedAddress from, const uint2 *fragments) {
        uint2 b[Taps][products];
#pragma unroll
        for (unsigned line = 0; line < rows + halo; ++line) {
#pragma unroll
            for (unsigned j = 0; line < Taps && j < products; ++j)
                b[line][j] = __ldg(fragments + (line * products + j) * 32);
            // For weights of all taps at once, which the compiler would load, registers do not suffice here.
            if (Taps == 5 && products == 4 && line % 2 == 1) __syncwarp();
            const uint4 a = load_matrices(from + line * Box::bytes_of_row);
#pragma unroll
            for (unsigned y = 0; y < Taps; ++y) {
                if (line < y || line - y >= rows) continue;
#pragma unroll
                for (unsigned j = 0; j < products; ++j) add_product(a, b[y][j], sums[line - y][j]);
            }
        }
    }

    /// Calls body(row's first element, voxels, sums) for the rows that lie in the map.
    template <class Body>
    ALWAYS_INLINE void each_row(const ConvolutionArguments &a, const Corner &at, Body &&body) const {
        const auto &of = a.boxes;
        const unsigned elements = of.depth * of.height * of.width * a.outputs;
        auto *const image = static_cast<BFloat16 *>(a.y) + static_cast<long long>(blockIdx.y) * elements;
        const unsigned rest = (of.width - at.x + of.step - 1) / of.step, voxels = rest < box_width ? rest : box_width;
#pragma unroll
        for (unsigned line = 0; line < rows; ++line) {
            const unsigned y = at.y + line * of.step;
            if (at.z >= static_cast<int>(of.depth) || y >= of.height) continue;
            body(image + ((at.z * of.height + y) * of.width + at.x) * a.outputs, voxels, sums[line]);
        }
    }

    /// Writes what each lane has of its voxels at once.
    ALWAYS_INLINE void write_even(const ConvolutionArguments &a, const Corner &at) const {
        const unsigned lane = threadIdx.x % 32, output = output_of<Outputs>(lane, 0);
        if (output >= a.outputs) return;
        each_row(a, at, [&](BFloat16 *row, unsigned voxels, const float(&of_row)[products][4]) {
#pragma unroll
            for (unsigned half = 0; half < 2; ++half) {
                const unsigned x = lane / 4 + 8 * half;
                if (x >= voxels) continue;
                unsigned words[products];
#pragma unroll
                for (unsigned j = 0; j < products; ++j)
                    words[j] = rounded_pair(of_row[j][2 * half], of_row[j][2 * half + 1]);
                void *const out = row + x * a.boxes.step * a.outputs + output;
                if constexpr (products == 2) *static_cast<uint2 *>(out) = uint2{words[0], words[1]};
                if constexpr (products == 4) *static_cast<uint4 *>(out) = uint4{words[0], words[1], words[2], words[3]};
            }
        });
    }

    /// Writes rows by way of the block's memory, so that lanes write neighbouring elements.
    ALWAYS_INLINE void write_odd(const ConvolutionArguments &a, const Corner &at, unsigned short *memory) const {
        const unsigned lane = threadIdx.x % 32, first = output_of<Outputs>(lane, 0);
        each_row(a, at, [&](BFloat16 *row, unsigned voxels, const float(&of_row)[products][4]) {
#pragma unroll
            for (unsigned half = 0; half < 2; ++half) {
#pragma unroll
                for (unsigned j = 0; j < products; ++j) {
                    const unsigned pair = rounded_pair(of_row[j][2 * half], of_row[j][2 * half + 1]);
                    auto *const to = memory + (lane / 4 + 8 * half) * a.outputs + first + 2 * j;
                    if (first + 2 * j < a.outputs) to[0] = static_cast<unsigned short>(pair);
                    if (first + 2 * j + 1 < a.outputs) to[1] = static_cast<unsigned short>(pair >> 16);
                }
            }
            __syncwarp();
            write_row(row, voxels, a, memory);
            __syncwarp();
        });
    }

    static ALWAYS_INLINE void write_row(
        BFloat16 *row, unsigned voxels, const ConvolutionArguments &a, const unsigned short *memory) {
        const unsigned lane = threadIdx.x % 32, count = voxels * a.outputs;
        if (a.boxes.step != 1) {
            for (unsigned i = lane; i < count; i += 32)
                row[i + i / a.outputs * (a.boxes.step - 1) * a.outputs].bits = memory[i];
        } else if (reinterpret_cast<unsigned long long>(row) % 4 != 0) {
            for (unsigned i = lane; i < count; i += 32) row[i].bits = memory[i];
        } else {
            const auto *const words = reinterpret_cast<const unsigned *>(memory);
            for (unsigned i = lane; i < count / 2; i += 32) reinterpret_cast<unsigned *>(row)[i] = words[i];
            if (count % 2 == 1 && lane == 0) row[count - 1].bits = memory[count - 1];
        }
    }
};

template <unsigned Taps, unsigned Inputs, unsigned Outputs>
ALWAYS_INLINE void convolve(const ConvolutionArguments &a, char *memory) {
    using Rows = Convolution<Taps, Inputs, Outputs>;
    constexpr unsigned products = Rows::products, warps_of_slice = box_height / Rows::rows;
    constexpr int reach = Rows::halo / 2;
    const unsigned warp = threadIdx.x / 32, z = warp / warps_of_slice, y = warp % warps_of_slice * Rows::rows;
    const int step = a.boxes.step;
    // Nobody needs registers for it while sums are added up.
    const auto corner = [&] {
        unsigned box = blockIdx.x;
        compute_anew(box);
        return corner_of_box(a.boxes, box);
    };
    const auto own_corner = [&] {
        const Corner box = corner();
        return Corner{static_cast<int>(box.z + z * step), static_cast<int>(box.y + y * step), box.x};
    };
    if (!corner().lies_in(a.boxes)) return;
    Rows outputs;
#pragma unroll
    for (unsigned i = 0; i < sizeof outputs.sums / sizeof(float); ++i) (&outputs.sums[0][0][0])[i] = 0;
#pragma unroll 1
    for (unsigned channel = 0; channel < Inputs; channel += Rows::channels) {
        if (channel > 0) __syncthreads();  // until no warp needs the channels before any longer
        const Corner box = corner();
        const Corner first{box.z - reach * step, box.y - reach * step, box.x - reach * step};
        Rows::Box::template load<Rows::channels == Inputs ? 2 : 1>(a.x, blockIdx.y, channel, a.boxes, first, memory);
        end_copies();
        __syncthreads();
        if (own_corner().lies_in(a.boxes))
            outputs.add_box(
                memory, z * (box_height + Rows::halo) + y,
                static_cast<const uint2 *>(a.fragments) + channel / 16 * Taps * Taps * Taps * products * 32);
    }
    if (a.is_even) {
        outputs.write_even(a, own_corner());
    } else {
        __syncthreads();
        outputs.write_odd(a, own_corner(), reinterpret_cast<unsigned short *>(memory) + warp * box_width * Outputs);
    }
}

// MARK: - Gradient of the weight

/// A warp has the taps of a row along the height, for 16 inputs: it multiplies inputs, transposed, by the gradients of
/// outputs, 16 voxels at a time.
template <unsigned Taps, unsigned Outputs>
ALWAYS_INLINE void weight_gradient(const WeightGradientArguments &a, char *memory) {
    constexpr unsigned products = Outputs / 8, planes = planes_of_gradient(Taps), height = box_height + Taps - 1;
    constexpr unsigned rows_at_once = Outputs == 16 ? 2 : 1;
    using Inputs = Tile<16, box_depth + planes - 1, height, box_width + Taps - 1>;
    using Gradients = Tile<Outputs <= 16 ? 16 : 32, box_depth, box_height, box_width>;
    char *const gradients = memory + gradient_box_bytes(Taps);
    const unsigned group = blockIdx.y / (Taps / planes), first_plane = blockIdx.y % (Taps / planes);
    const unsigned lane = threadIdx.x % 32, tap_x = threadIdx.x / 32 % Taps, plane = threadIdx.x / 32 / Taps;
    const auto of_inputs = shared_address(
        memory + Inputs::offset(plane * height, tap_x + lane % 8 + lane / 16 * 8, lane / 8 % 2));
    SharedAddress of_gradients[(products + 1) / 2];
#pragma unroll
    for (unsigned j = 0; j < products; j += 2)
        of_gradients[j / 2] = shared_address(gradients + Gradients::offset(0, lane % 16, j + lane / 16));
    float sums[Taps][products][4];
#pragma unroll
    for (unsigned i = 0; i < sizeof sums / sizeof(float); ++i) (&sums[0][0][0])[i] = 0;
    const int step = a.boxes.step, reach = (Taps - 1) / 2 * step;
    for (unsigned box = blockIdx.x; box < a.count; box += gridDim.x) {
        const Corner corner = corner_of_box(a.boxes, box);
        if (!corner.lies_in(a.boxes)) continue;
        const unsigned image = box / a.boxes.columns / a.boxes.rows / a.boxes.slabs;
        const Corner first{corner.z + static_cast<int>(first_plane) * step - reach, corner.y - reach, corner.x - reach};
        __syncthreads();  // until no warp needs the box before any longer
        Inputs::template load<rows_at_once>(a.x, image, 16 * group, a.boxes, first, memory);
        Gradients::template load<rows_at_once>(a.dy, image, 0, a.boxes, corner, gradients);
        end_copies();
        __syncthreads();
#pragma unroll 1
        for (unsigned z = 0; z < box_depth; ++z) {
            const auto from = of_inputs + z * height * Inputs::bytes_of_row;
            uint4 lines[Taps];
#pragma unroll
            for (unsigned y = 0; y + 1 < Taps; ++y)
                lines[y] = load_transposed_matrices(from + y * Inputs::bytes_of_row);
#pragma unroll
            for (unsigned y = 0; y < box_height; ++y) {
                lines[(y + Taps - 1) % Taps] = load_transposed_matrices(from + (y + Taps - 1) * Inputs::bytes_of_row);
#pragma unroll
                for (unsigned j = 0; j < products; j += 2) {
                    const uint4 b = load_transposed_matrices(
                        of_gradients[j / 2] + (z * box_height + y) * Gradients::bytes_of_row);
#pragma unroll
                    for (unsigned tap = 0; tap < Taps; ++tap) {
                        add_product(lines[(y + tap) % Taps], {b.x, b.y}, sums[tap][j]);
                        if (j + 1 < products) add_product(lines[(y + tap) % Taps], {b.z, b.w}, sums[tap][j + 1]);
                    }
                }
            }
        }
    }
    float *const out = a.sums +
                       static_cast<long long>(group * gridDim.x + blockIdx.x) * Taps * Taps * Taps * 16 * Outputs;
#pragma unroll
    for (unsigned tap = 0; tap < Taps; ++tap) {
#pragma unroll
        for (unsigned j = 0; j < products; ++j) {
#pragma unroll
            for (unsigned half = 0; half < 2; ++half) {
                const unsigned row = (((first_plane + plane) * Taps + tap) * Taps + tap_x) * 16 + lane / 4 + 8 * half;
                float *const pair = out + row * Outputs + 8 * j + lane % 4 * 2;
                pair[0] = sums[tap][j][2 * half];
                pair[1] = sums[tap][j][2 * half + 1];
            }
        }
    }
}

}  // namespace segnas

using namespace segnas;

KERNEL(convolution_fragments_16, FragmentsArguments, 256) {
    order_fragments<16>(arguments);
}
KERNEL(convolution_fragments_24, FragmentsArguments, 256) {
    order_fragments<24>(arguments);
}
KERNEL(convolution_fragments_32, FragmentsArguments, 256) {
    order_fragments<32>(arguments);
}

// Taps along an axis, and channels of the input and of the output, padded.

KERNEL(convolution3_16_16, ConvolutionArguments, threads_of_convolution(16), blocks_of_convolution(3, 16)) {
    SHARED_MEMORY(char, shared);
    convolve<3, 16, 16>(arguments, shared);
}
KERNEL(convolution3_16_24, ConvolutionArguments, threads_of_convolution(24), blocks_of_convolution(3, 24)) {
    SHARED_MEMORY(char, shared);
    convolve<3, 16, 24>(arguments, shared);
}
KERNEL(convolution3_16_32, ConvolutionArguments, threads_of_convolution(32), blocks_of_convolution(3, 32)) {
    SHARED_MEMORY(char, shared);
    convolve<3, 16, 32>(arguments, shared);
}
KERNEL(convolution3_32_16, ConvolutionArguments, threads_of_convolution(16), blocks_of_convolution(3, 16)) {
    SHARED_MEMORY(char, shared);
    convolve<3, 32, 16>(arguments, shared);
}
KERNEL(convolution3_32_24, ConvolutionArguments, threads_of_convolution(24), blocks_of_convolution(3, 24)) {
    SHARED_MEMORY(char, shared);
    convolve<3, 32, 24>(arguments, shared);
}
KERNEL(convolution3_32_32, ConvolutionArguments, threads_of_convolution(32), blocks_of_convolution(3, 32)) {
    SHARED_MEMORY(char, shared);
    convolve<3, 32, 32>(arguments, shared);
}
KERNEL(convolution5_16_16, ConvolutionArguments, threads_of_convolution(16), blocks_of_convolution(5, 16)) {
    SHARED_MEMORY(char, shared);
    convolve<5, 16, 16>(arguments, shared);
}
KERNEL(convolution5_16_24, ConvolutionArguments, threads_of_convolution(24), blocks_of_convolution(5, 24)) {
    SHARED_MEMORY(char, shared);
    convolve<5, 16, 24>(arguments, shared);
}
KERNEL(convolution5_16_32, ConvolutionArguments, threads_of_convolution(32), blocks_of_convolution(5, 32)) {
    SHARED_MEMORY(char, shared);
    convolve<5, 16, 32>(arguments, shared);
}
KERNEL(convolution5_32_16, ConvolutionArguments, threads_of_convolution(16), blocks_of_convolution(5, 16)) {
    SHARED_MEMORY(char, shared);
    convolve<5, 32, 16>(arguments, shared);
}
KERNEL(convolution5_32_24, ConvolutionArguments, threads_of_convolution(24), blocks_of_convolution(5, 24)) {
    SHARED_MEMORY(char, shared);
    convolve<5, 32, 24>(arguments, shared);
}
KERNEL(convolution5_32_32, ConvolutionArguments, threads_of_convolution(32), blocks_of_convolution(5, 32)) {
    SHARED_MEMORY(char, shared);
    convolve<5, 32, 32>(arguments, shared);
}

KERNEL(weight_gradient3_16, WeightGradientArguments, threads_of_gradient(3), blocks_of_gradient(3, 16)) {
    SHARED_MEMORY(char, shared);
    weight_gradient<3, 16>(arguments, shared);
}
KERNEL(weight_gradient3_24, WeightGradientArguments, threads_of_gradient(3), blocks_of_gradient(3, 24)) {
    SHARED_MEMORY(char, shared);
    weight_gradient<3, 24>(arguments, shared);
}
KERNEL(weight_gradient3_32, WeightGradientArguments, threads_of_gradient(3), blocks_of_gradient(3, 32)) {
    SHARED_MEMORY(char, shared);
    weight_gradient<3, 32>(arguments, shared);
}
KERNEL(weight_gradient5_16, WeightGradientArguments, threads_of_gradient(5), blocks_of_gradient(5, 16)) {
    SHARED_MEMORY(char, shared);
    weight_gradient<5, 16>(arguments, shared);
}
KERNEL(weight_gradient5_24, WeightGradientArguments, threads_of_gradient(5), blocks_of_gradient(5, 24)) {
    SHARED_MEMORY(char, shared);
    weight_gradient<5, 24>(arguments, shared);
}
KERNEL(weight_gradient5_32, WeightGradientArguments, threads_of_gradient(5), blocks_of_gradient(5, 32)) {
    SHARED_MEMORY(char, shared);
    weight_gradient<5, 32>(arguments, shared);
}

/// A lane has an element of the weight for 16 inputs.
KERNEL(weight_totals, WeightTotalsArguments, 32 * warps_of_totals) {
    SHARED_MEMORY(double, shared);
    const auto &a = arguments;
    const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32, element = blockIdx.x * 32 + lane;
    const unsigned length = a.cube * 16 * a.padded;
    const float *const of_inputs = a.sums + static_cast<long long>(blockIdx.y) * a.parts * length + element;
    double sum = 0;
#pragma unroll 4
    for (unsigned part = warp; part < a.parts; part += warps_of_totals)
        sum += of_inputs[static_cast<long long>(part) * length];
    shared[threadIdx.x] = sum;
    __syncthreads();
    if (warp != 0) return;
    for (unsigned other = 1; other < warps_of_totals; ++other) sum += shared[other * 32 + lane];
    const unsigned output = element % a.padded, input = blockIdx.y * 16 + element / a.padded % 16;
    const unsigned tap = element / a.padded / 16;
    if (output < a.outputs && input < a.inputs)
        static_cast<BFloat16 *>(a.gradient)[(output * a.cube + tap) * a.inputs + input] = from_float<BFloat16>(
            static_cast<float>(sum));
}

#endif
