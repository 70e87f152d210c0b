// What loops of ours share that the compiler turns into vector instructions: one version for each vector width, chosen
// when they run.
#pragma once

#include <cstdint>

#include "Instructions.h"
#include "Kernels/Numbers.h"

namespace segnas {

/// A function compiled once for each set of instructions.
template <auto function>
struct Versions;

template <class... Parameters, void (*function)(Parameters...)>
struct Versions<function> {
    __attribute__((target("arch=x86-64-v4"))) static void avx512(Parameters... all) { function(all...); }
    __attribute__((target("arch=x86-64-v3"))) static void avx2(Parameters... all) { function(all...); }
    static void baseline(Parameters... all) { function(all...); }
};

/// Calls a function that is `ALWAYS_INLINE` in its version for `kernel_instructions()`.
///
///     in_vectors<add_scaled>(values, noise, scale, count);
///
/// Not the compiler's `target_clones`: those are chosen while the program is loaded, before a variable could limit them.
template <auto function, class... Arguments>
void in_vectors(Arguments &&...all) {
    switch (kernel_instructions()) {
    case Instructions::avx512: return Versions<function>::avx512(static_cast<Arguments &&>(all)...);
    case Instructions::avx2: return Versions<function>::avx2(static_cast<Arguments &&>(all)...);
    case Instructions::baseline: return Versions<function>::baseline(static_cast<Arguments &&>(all)...);
    }
}

}  // namespace segnas
