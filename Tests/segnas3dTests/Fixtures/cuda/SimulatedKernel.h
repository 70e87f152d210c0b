// Kernels as C++ of the CPU: what CUDA's compiler knows by itself, for SimulatedKernels.c, which runs them.
#pragma once

#include <cmath>

struct uint3 {
    unsigned x, y, z;
};

struct alignas(8) uint2 {
    unsigned x, y;
};

struct alignas(16) uint4 {
    unsigned x, y, z, w;
};

struct Simulation {
    uint3 thread, block, threads, blocks;
    void *shared;
    void (*barrier)(void), (*barrier_of_warp)(void);
};

constexpr unsigned first_of(unsigned threads, unsigned = 0) {
    return threads;
}

/// Set when the kernels are loaded.
extern "C" Simulation *simulation;
Simulation *simulation = nullptr;

#define threadIdx (simulation->thread)
#define blockIdx (simulation->block)
#define blockDim (simulation->threads)
#define gridDim (simulation->blocks)
#define __syncthreads() simulation->barrier()
#define __syncwarp() simulation->barrier_of_warp()
#define __ldg(place) (*(place))

#define KERNEL(name, Arguments, ...)                         \
    static void name##_body(const Arguments &arguments);     \
    extern "C" void name(const void *given) {                \
        name##_body(*static_cast<const Arguments *>(given)); \
    }                                                        \
    extern "C" const unsigned name##_threads;                \
    const unsigned name##_threads = first_of(__VA_ARGS__);   \
    static void name##_body(const Arguments &arguments)

#define SHARED_MEMORY(Type, name) Type *const name = static_cast<Type *>(simulation->shared)

// What Matrices.h is for GPUs, written down from PTX ISA anew.

namespace segnas {

using SharedAddress = const char *;

inline SharedAddress shared_address(const void *place) {
    return static_cast<const char *>(place);
}

/// What a lane hands in for an instruction that its warp runs together.
struct Handed {
    unsigned a[4], b[2];
    SharedAddress row;
};

/// Of the 32 lanes, when all have come. The next time, they write elsewhere, as some may read this still.
inline const Handed *hand_in(const Handed &own) {
    static Handed all[2][1024];
    static bool turns[1024];
    const unsigned thread = threadIdx.x;
    auto *const now = all[turns[thread] = !turns[thread]];
    now[thread] = own;
    __syncwarp();
    return now + thread / 32 * 32;
}

/// ldmatrix of four matrices: rows of matrix i lie where lanes 8i to 8i + 7 say.
inline uint4 load(SharedAddress own, bool is_transposed) {
    const Handed *const lanes = hand_in({{}, {}, own});
    const unsigned lane = threadIdx.x % 32;
    unsigned words[4];
    for (unsigned matrix = 0; matrix < 4; ++matrix) {
        words[matrix] = 0;
        for (unsigned i = 0; i < 2; ++i) {
            const unsigned row = lane / 4, column = lane % 4 * 2 + i;
            const unsigned from = is_transposed ? column : row, at = is_transposed ? row : column;
            unsigned short element;
            __builtin_memcpy(&element, lanes[8 * matrix + from].row + 2 * at, sizeof element);
            words[matrix] |= static_cast<unsigned>(element) << 16 * i;
        }
    }
    return {words[0], words[1], words[2], words[3]};
}

inline uint4 load_matrices(SharedAddress row) {
    return load(row, false);
}

inline uint4 load_transposed_matrices(SharedAddress row) {
    return load(row, true);
}

/// Not what kernels do wrongly: what is written here would take twice the time if it were watched.
#define UNWATCHED __attribute__((no_sanitize("undefined"), always_inline)) inline

UNWATCHED float number_of(unsigned word) {
    float number;
    __builtin_memcpy(&number, &word, sizeof number);
    return number;
}

/// Of two elements of a row and two of a column.
UNWATCHED float product_of(unsigned a, unsigned b) {
    return number_of(a << 16) * number_of(b << 16) + number_of(a & 0xFFFF0000) * number_of(b & 0xFFFF0000);
}

/// mma.m16n8k16.row.col: elements a0, a1 of a lane are those of its first word, and so on.
UNWATCHED void add_product(const uint4 &a, const uint2 &b, float *sum) {
    const Handed *const lanes = hand_in({{a.x, a.y, a.z, a.w}, {b.x, b.y}, nullptr});
    const unsigned group = threadIdx.x % 32 / 4, in_group = threadIdx.x % 4;
    for (unsigned i = 0; i < 4; ++i) {
        const unsigned lower = i / 2, column = in_group * 2 + i % 2;  // rows 0 to 7, or 8 to 15
        for (unsigned k = 0; k < 4; ++k) {
            const Handed &of_row = lanes[group * 4 + k], &of_column = lanes[column * 4 + k];
            // Columns of a, and rows of b, 2k and 2k + 1; then those 8 further.
            sum[i] += product_of(of_row.a[lower], of_column.b[0]);
            sum[i] += product_of(of_row.a[lower + 2], of_column.b[1]);
        }
    }
}

/// A copy that a thread has begun.
struct Copy {
    SharedAddress to;
    const void *from;  // null for zeros
    unsigned bytes;
};

struct Copies {
    Copy all[256];
    unsigned count;
};

inline Copies &copies_of_thread() {
    static Copies copies[1024];
    return copies[threadIdx.x];
}

inline void begin(const Copy &copy) {
    auto &copies = copies_of_thread();
    const bool is_aligned = reinterpret_cast<unsigned long long>(copy.to) % copy.bytes == 0 &&
                            reinterpret_cast<unsigned long long>(copy.from) % copy.bytes == 0;
    if (copies.count == 256 || !is_aligned) __builtin_trap();
    copies.all[copies.count++] = copy;
}

inline void begin_copy(SharedAddress to, const void *from, bool is_there) {
    begin({to, is_there ? from : nullptr, 16});
}

inline void begin_copy_of_word(SharedAddress to, const void *from) {
    begin({to, from, 4});
}

/// The bytes come as late as they may.
inline void end_copies() {
    auto &copies = copies_of_thread();
    for (unsigned i = 0; i < copies.count; ++i) {
        const auto &copy = copies.all[i];
        char *const to = const_cast<char *>(copy.to);
        if (copy.from)
            __builtin_memcpy(to, copy.from, copy.bytes);
        else
            __builtin_memset(to, 0, copy.bytes);
    }
    copies.count = 0;
}

inline unsigned rounded_pair(float low, float high) {
    const auto rounded = [](float number) -> unsigned {
        unsigned bits;
        __builtin_memcpy(&bits, &number, sizeof bits);
        return number != number ? 0x7FFF : (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    };
    return rounded(low) | rounded(high) << 16;
}

inline void compute_anew(unsigned &) {}

}  // namespace segnas
