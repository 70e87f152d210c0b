// Convolution of bfloat16 maps of few channels by 3×3×3 taps, and its gradients, on tensor cores.
//
// NVIDIA's library pads few channels to 32 or 64, and reads a map anew for the taps. Here a block of threads loads a box of
// voxels with its halo once. Matrices of 16 voxels in a row and 16 channels are multiplied by the weight of a tap; one that
// is loaded serves all taps of a row of outputs, which differ in height (and depth) only.
#include "ConvolutionTile.h"

#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800  // older ones do not multiply bfloat16

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
    const unsigned y = place % 3, z = place / 3 % 3, x = place / 9 % 3, first = place / taps * 16 + lane % 4 * 2;
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

/// Four rows of outputs in each of some slices, which a warp has in its registers.
template <unsigned Inputs, unsigned Outputs>
struct Convolution {
    static constexpr unsigned slices = slices_of_warp(Inputs, Outputs), rows = 4, products = Outputs / 8;
    using Box = Tile<Inputs, box_depth + halo, box_height + halo, box_width + halo>;

    float sums[slices][rows][products][4];

    /// Adds the products of the box's rows from the given one on. For each column of taps along the width, and each 16
    /// inputs, all rows go by once.
    ALWAYS_INLINE void add_products(const char *box, unsigned row, const void *fragments) {
#pragma unroll(slices == 1 ? 1 : 3 * (Inputs / 16))
        for (unsigned column = 0; column < 3 * (Inputs / 16); ++column) {
            const unsigned lane = threadIdx.x % 32, x = column % 3, part = column / 3;
            const auto from = shared_address(box + Box::offset(row, x + lane % 16, 2 * part + lane / 16));
            add_column(from, static_cast<const uint2 *>(fragments) + column * 9 * products * 32 + lane);
        }
    }

    ALWAYS_INLINE void add_column(SharedAddress from, const uint2 *weight) {
#pragma unroll(slices == 1 ? 1 : slices + 2)
        for (unsigned plane = 0; plane < slices + 2; ++plane) {
            uint2 b[slices][3][products];  // for the taps by which the plane counts for a slice
#pragma unroll
            for (unsigned slice = 0; slice < slices; ++slice) {
                if (plane < slice || plane > slice + 2) continue;
#pragma unroll
                for (unsigned y = 0; y < 3; ++y)
#pragma unroll
                    for (unsigned j = 0; j < products; ++j)
                        b[slice][y][j] = __ldg(weight + (((plane - slice) * 3 + y) * products + j) * 32);
            }
#pragma unroll
            for (unsigned line = 0; line < rows + 2; ++line) {
                const uint4 a = load_matrices(from + (plane * (box_height + halo) + line) * Box::bytes_of_row);
#pragma unroll
                for (unsigned slice = 0; slice < slices; ++slice) {
                    if (plane < slice || plane > slice + 2) continue;
#pragma unroll
                    for (unsigned y = 0; y < 3; ++y) {
                        if (line < y || line - y >= rows) continue;
#pragma unroll
                        for (unsigned j = 0; j < products; ++j)
                            add_product(a, b[slice][y][j], sums[slice][line - y][j]);
                    }
                }
            }
        }
    }

    /// Calls body(row's first element, voxels, sums) for the rows that lie in the map.
    template <class Body>
    ALWAYS_INLINE void each_row(const ConvolutionArguments &a, const Corner &at, Body &&body) const {
        const unsigned elements = a.map.depth * a.map.height * a.map.width * a.outputs;
        auto *const image = static_cast<BFloat16 *>(a.y) + static_cast<long long>(blockIdx.y) * elements;
        const unsigned rest = a.map.width - at.x, voxels = rest < box_width ? rest : box_width;
#pragma unroll
        for (unsigned slice = 0; slice < slices; ++slice) {
#pragma unroll
            for (unsigned line = 0; line < rows; ++line) {
                const unsigned z = at.z + slice, y = at.y + line;
                if (z >= a.map.depth || y >= a.map.height) continue;
                body(image + ((z * a.map.height + y) * a.map.width + at.x) * a.outputs, voxels, sums[slice][line]);
            }
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
                void *const out = row + x * a.outputs + output;
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
                for (unsigned k = 0; k < 2 * products; ++k)
                    if (first + k < a.outputs)
                        memory[(lane / 4 + 8 * half) * a.outputs + first + k] =
                            from_float<BFloat16>(of_row[k / 2][2 * half + k % 2]).bits;
            }
            __syncwarp();
            const unsigned count = voxels * a.outputs;
            if (reinterpret_cast<unsigned long long>(row) % 4 == 0) {
                const auto *const words = reinterpret_cast<const unsigned *>(memory);
                for (unsigned i = lane; i < count / 2; i += 32) reinterpret_cast<unsigned *>(row)[i] = words[i];
                if (count % 2 == 1 && lane == 0) row[count - 1].bits = memory[count - 1];
            } else {
                for (unsigned i = lane; i < count; i += 32) row[i].bits = memory[i];
            }
            __syncwarp();
        });
    }
};

/// Where this block's box of outputs begins. Nobody needs registers for it while sums are added up.
ALWAYS_INLINE Corner corner_of_box(const ConvolutionArguments &a) {
    unsigned box = blockIdx.x;
    compute_anew(box);
    const unsigned column = box % a.columns, row = box / a.columns % a.rows, slab = box / a.columns / a.rows;
    return {
        static_cast<int>(slab * box_depth), static_cast<int>(row * box_height), static_cast<int>(column * box_width)};
}

template <unsigned Inputs, unsigned Outputs>
ALWAYS_INLINE void convolve(const ConvolutionArguments &a, char *memory) {
    using Rows = Convolution<Inputs, Outputs>;
    const unsigned z = threadIdx.x / 64 * Rows::slices, y = threadIdx.x / 32 % 2 * Rows::rows;
    Rows outputs;
#pragma unroll
    for (unsigned i = 0; i < sizeof outputs.sums / sizeof(float); ++i) (&outputs.sums[0][0][0][0])[i] = 0;
    {
        const Corner box = corner_of_box(a);
        Rows::Box::template load<Rows::slices == 1 ? 2 : 1>(
            a.x, blockIdx.y, 0, a.map, {box.z - 1, box.y - 1, box.x - 1}, memory);
        end_copies();
        __syncthreads();
        if (box.z + z < a.map.depth && box.y + y < a.map.height)
            outputs.add_products(memory, z * (box_height + halo) + y, a.fragments);
    }
    Corner own = corner_of_box(a);
    own.z += z;
    own.y += y;
    if (a.is_even) {
        outputs.write_even(a, own);
    } else {
        __syncthreads();  // until no warp needs the box any longer
        outputs.write_odd(a, own, reinterpret_cast<unsigned short *>(memory) + threadIdx.x / 32 * box_width * Outputs);
    }
}

// MARK: - Gradient of the weight

/// A warp has the three taps of a row along the height, for 16 inputs: it multiplies inputs, transposed, by the gradients of
/// outputs, 16 voxels at a time.
template <unsigned Outputs>
ALWAYS_INLINE void weight_gradient(const WeightGradientArguments &a, char *memory) {
    constexpr unsigned products = Outputs / 8;
    using Inputs = Tile<16, box_depth + halo, box_height + halo, box_width + halo>;
    using Gradients = Tile<Outputs <= 16 ? 16 : 32, box_depth, box_height, box_width>;
    char *const gradients = memory + convolution_bytes(16);
    const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32, tap_x = warp % 3, tap_z = warp / 3;
    const auto of_inputs = shared_address(
        memory + Inputs::offset(tap_z * (box_height + halo), tap_x + lane % 8 + lane / 16 * 8, lane / 8 % 2));
    SharedAddress of_gradients[products / 2 + products % 2];
#pragma unroll
    for (unsigned j = 0; j < products; j += 2)
        of_gradients[j / 2] = shared_address(gradients + Gradients::offset(0, lane % 16, j + lane / 16));
    float sums[3][products][4];
#pragma unroll
    for (unsigned i = 0; i < sizeof sums / sizeof(float); ++i) (&sums[0][0][0])[i] = 0;
    for (unsigned box = blockIdx.x; box < a.boxes; box += gridDim.x) {
        const unsigned column = box % a.columns, row = box / a.columns % a.rows;
        const unsigned slab = box / a.columns / a.rows, image = slab / a.slabs;
        const Corner corner{
            static_cast<int>(slab % a.slabs * box_depth), static_cast<int>(row * box_height),
            static_cast<int>(column * box_width)};
        __syncthreads();  // until no warp needs the box before any longer
        Inputs::template load<1>(
            a.x, image, 16 * blockIdx.y, a.map, {corner.z - 1, corner.y - 1, corner.x - 1}, memory);
        Gradients::template load<1>(a.dy, image, 0, a.map, corner, gradients);
        end_copies();
        __syncthreads();
#pragma unroll 1
        for (unsigned z = 0; z < box_depth; ++z) {
            const auto from = of_inputs + z * (box_height + halo) * Inputs::bytes_of_row;
            uint4 lines[3] = {load_transposed_matrices(from), load_transposed_matrices(from + Inputs::bytes_of_row)};
#pragma unroll
            for (unsigned y = 0; y < box_height; ++y) {
                lines[(y + 2) % 3] = load_transposed_matrices(from + (y + 2) * Inputs::bytes_of_row);
#pragma unroll
                for (unsigned j = 0; j < products; j += 2) {
                    const uint4 b = load_transposed_matrices(
                        of_gradients[j / 2] + (z * box_height + y) * Gradients::bytes_of_row);
#pragma unroll
                    for (unsigned tap = 0; tap < 3; ++tap) {
                        add_product(lines[(y + tap) % 3], {b.x, b.y}, sums[tap][j]);
                        if (j + 1 < products) add_product(lines[(y + tap) % 3], {b.z, b.w}, sums[tap][j + 1]);
                    }
                }
            }
        }
    }
    float *const out = a.sums + static_cast<long long>(blockIdx.y * gridDim.x + blockIdx.x) * taps * 16 * Outputs;
#pragma unroll
    for (unsigned tap = 0; tap < 3; ++tap) {
#pragma unroll
        for (unsigned j = 0; j < products; ++j) {
#pragma unroll
            for (unsigned half = 0; half < 2; ++half) {
                const unsigned at = ((tap_z * 3 + tap) * 3 + tap_x) * 16 + lane / 4 + 8 * half;
                float *const pair = out + at * Outputs + 8 * j + lane % 4 * 2;
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

// Channels of the input and of the output, padded. Several blocks run at a time, so that one computes while another one
// loads.

#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 1000
constexpr unsigned most_blocks = 3;  // what is compiled for these has no room in the registers of a fourth
#else
constexpr unsigned most_blocks = 4;
#endif

KERNEL(convolution_16_16, ConvolutionArguments, threads_of_convolution(16, 16), most_blocks) {
    SHARED_MEMORY(char, shared);
    convolve<16, 16>(arguments, shared);
}
KERNEL(convolution_16_24, ConvolutionArguments, threads_of_convolution(16, 24), 2) {
    SHARED_MEMORY(char, shared);
    convolve<16, 24>(arguments, shared);
}
KERNEL(convolution_16_32, ConvolutionArguments, threads_of_convolution(16, 32), 2) {
    SHARED_MEMORY(char, shared);
    convolve<16, 32>(arguments, shared);
}
KERNEL(convolution_32_16, ConvolutionArguments, threads_of_convolution(32, 16), 2) {
    SHARED_MEMORY(char, shared);
    convolve<32, 16>(arguments, shared);
}
KERNEL(convolution_32_24, ConvolutionArguments, threads_of_convolution(32, 24), 2) {
    SHARED_MEMORY(char, shared);
    convolve<32, 24>(arguments, shared);
}
KERNEL(convolution_32_32, ConvolutionArguments, threads_of_convolution(32, 32), 2) {
    SHARED_MEMORY(char, shared);
    convolve<32, 32>(arguments, shared);
}

KERNEL(weight_gradient_16, WeightGradientArguments, threads_of_gradient, blocks_of_gradient) {
    SHARED_MEMORY(char, shared);
    weight_gradient<16>(arguments, shared);
}
KERNEL(weight_gradient_24, WeightGradientArguments, threads_of_gradient, blocks_of_gradient) {
    SHARED_MEMORY(char, shared);
    weight_gradient<24>(arguments, shared);
}
KERNEL(weight_gradient_32, WeightGradientArguments, threads_of_gradient, blocks_of_gradient) {
    SHARED_MEMORY(char, shared);
    weight_gradient<32>(arguments, shared);
}

/// A lane has an element of the weight for 16 inputs, and a warp every eighth part of it.
KERNEL(weight_totals, WeightTotalsArguments, 256) {
    SHARED_MEMORY(double, shared);
    const auto &a = arguments;
    const unsigned lane = threadIdx.x % 32, slice = threadIdx.x / 32, element = blockIdx.x * 32 + lane;
    const unsigned length = taps * 16 * a.padded;
    const float *const of_inputs = a.sums + static_cast<long long>(blockIdx.y) * a.parts * length + element;
    double sum = 0;
#pragma unroll 4
    for (unsigned part = slice; part < a.parts; part += slices_of_totals)
        sum += of_inputs[static_cast<long long>(part) * length];
    shared[threadIdx.x] = sum;
    __syncthreads();
    if (slice != 0) return;
    for (unsigned other = 1; other < slices_of_totals; ++other) sum += shared[other * 32 + lane];
    const unsigned output = element % a.padded, input = blockIdx.y * 16 + element / a.padded % 16;
    const unsigned tap = element / a.padded / 16;
    if (output < a.outputs && input < a.inputs)
        static_cast<BFloat16 *>(a.gradient)[(output * taps + tap) * a.inputs + input] = from_float<BFloat16>(
            static_cast<float>(sum));
}

#endif
