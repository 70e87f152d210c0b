// Parallel loops for kernels of ours, on libtorch's own OpenMP team.
//
// Swift's compiler has no OpenMP: libtorch's header loop would run serially here without a word, and a second
// runtime would fight the first for the cores. So the region is entered through the C function that OpenMP
// code compiles to, taken from the very runtime that libtorch_cpu.so uses.
#pragma once

#include <cstdint>
#include <functional>

namespace segnas {

/// Splits 0 ..< count into contiguous parts, at least `grain` long, at most one a thread, and runs `body(begin, end)`
/// on each. The body must not throw.
void parallel_for(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t)> &body);

/// The same on at most so many threads. One is the calling thread alone, without a team: for threads that work beside
/// the one that trains.
void parallel_for(int64_t count, int64_t grain, int most, const std::function<void(int64_t, int64_t)> &body);

/// Sets the threads of the calling thread's operations, no more than the runtime gives for certain: kernels that share
/// a barrier wait for ever for one that it does not give.
void set_threads(int count);

/// Threads that took part in this thread's last `parallel_for`.
int last_parallel_width();

}  // namespace segnas
