#include "Instructions.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "include/ct_device.h"

namespace segnas {

namespace {

constexpr const char *variable = "SEGNAS3D_CPU_ISA";

// The words of ATEN_CPU_CAPABILITY, which limits libtorch's kernels.
constexpr std::string_view words[] = {"default", "avx2", "avx512"};

/// nullopt where the word is none of them.
std::optional<Instructions> named(std::string_view word) {
    const auto *found = std::find(std::begin(words), std::end(words), word);
    if (found == std::end(words)) return std::nullopt;
    return static_cast<Instructions>(found - words);
}

Instructions of_processor() {
    return __builtin_cpu_supports("x86-64-v4")   ? Instructions::avx512
           : __builtin_cpu_supports("x86-64-v3") ? Instructions::avx2
                                                 : Instructions::baseline;
}

}  // namespace

Instructions kernel_instructions() {
    // A word that is none limits nothing here; commands refuse it before any work.
    static const Instructions used = [] {
        const char *limit = std::getenv(variable);
        return std::min(of_processor(), limit ? named(limit).value_or(Instructions::avx512) : Instructions::avx512);
    }();
    return used;
}

}  // namespace segnas

const char *ct_kernel_instructions(void) {
    return segnas::words[static_cast<int>(segnas::kernel_instructions())].data();
}

const char *ct_unknown_instruction_limit(void) {
    const char *limit = std::getenv(segnas::variable);
    return limit && !segnas::named(limit) ? limit : nullptr;
}
