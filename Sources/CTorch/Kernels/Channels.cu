// A map with more channels, of which those that are added are 0, or with fewer. A block takes some rows of channels: all
// lie together in both maps.
#include "ChannelsArguments.h"
#include "Kernel.h"

using namespace segnas;

KERNEL(resize_channels, ChannelsArguments, 256) {
    SHARED_MEMORY(BFloat16, rows);
    const auto &a = arguments;
    const long long first = static_cast<long long>(blockIdx.x) * a.length, rest = a.rows - first;
    const unsigned length = rest < a.length ? static_cast<unsigned>(rest) : a.length;
    const BFloat16 *const from = static_cast<const BFloat16 *>(a.from) + first * a.from_channels;
    const unsigned count = length * a.from_channels;
    // Blocks begin at a multiple of 16 bytes, as their rows are a multiple of 8.
    for (unsigned i = threadIdx.x * 8; i + 8 <= count; i += blockDim.x * 8)
        *reinterpret_cast<uint4 *>(rows + i) = *reinterpret_cast<const uint4 *>(from + i);
    for (unsigned i = count / 8 * 8 + threadIdx.x; i < count; i += blockDim.x) rows[i] = from[i];
    __syncthreads();

    BFloat16 *const to = static_cast<BFloat16 *>(a.to) + first * a.to_channels;
    const unsigned channels = a.to_channels, size = length * channels, step = 2 * blockDim.x;
    const unsigned steps_of_rows = step / channels, steps_of_channels = step % channels;
    unsigned row = 2 * threadIdx.x / channels, c = 2 * threadIdx.x % channels;
    const auto value = [&](unsigned row, unsigned c) {
        return c < a.from_channels ? rows[row * a.from_channels + c].bits : 0u;
    };
    for (unsigned i = 2 * threadIdx.x; i < size; i += step) {
        const bool is_last = c + 1 == channels;
        const unsigned low = value(row, c);
        if (i + 1 < size) {
            const unsigned high = is_last ? value(row + 1, 0) : value(row, c + 1);
            *reinterpret_cast<unsigned *>(to + i) = low | high << 16;
        } else {
            to[i].bits = static_cast<unsigned short>(low);
        }
        row += steps_of_rows;
        c += steps_of_channels;
        if (c >= channels) c -= channels, ++row;
    }
}
