#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>
#include <torch/csrc/inductor/aoti_torch/c/shim.h>
#include <torch/headeronly/version.h>
#include <unistd.h>

#include <cctype>
#include <mutex>
#include <string>
#include <typeinfo>

#include "Bridge.h"
#include "GpuMemory.h"
#include "HostAllocator.h"
#include "MetaAllocator.h"
#include "OneDNN.h"
#include "Parallel.h"

using namespace segnas;

namespace {

bool cuda_is_loaded = false;

const std::string &library_path() {
    static const std::string path = [] {
        Dl_info info;
        auto *symbol = reinterpret_cast<void *>(&at::get_num_threads);
        return std::string(dladdr(symbol, &info) && info.dli_fname ? info.dli_fname : "");
    }();
    return path;
}

/// The number in "Intel(R) MKL-DNN v3.7.1 (Git Hash …)".
std::string version_in(const std::string &text) {
    for (size_t i = text.find('v'); i != std::string::npos; i = text.find('v', i + 1)) {
        size_t end = i + 1;
        while (end < text.size() && (std::isdigit(static_cast<unsigned char>(text[end])) || text[end] == '.')) ++end;
        if (end > i + 1) return text.substr(i + 1, end - i - 1);
    }
    return text;
}

/// float32 is computed in float32: libtorch would round the factors of convolutions to 10 bits.
void choose_precision() {
    auto &context = at::globalContext();
    context.setAllowTF32CuDNN(false);
    context.setAllowTF32CuBLAS(false);
}

}  // namespace

const char *ct_torch_version(void) {
    // Not from at::show_config: that asks for CUDA, which is then never found if it is loaded later.
    static const std::string version = [] {
        const uint64_t number = aoti_torch_abi_version();
        const auto part = [&](int shift) { return std::to_string(number >> shift & 0xff); };
        return part(56) + "." + part(48) + "." + part(40);
    }();
    return version.c_str();
}

const char *ct_built_torch_version(void) {
    return TORCH_VERSION;
}

const char *ct_onednn_version(void) {
    static const std::string version = version_in(at::get_mkldnn_version());
    return version.c_str();
}

const char *ct_vector_extension(void) {
    static const std::string extension = at::get_cpu_capability();
    return extension.c_str();
}

const char *ct_torch_library_path(void) {
    return library_path().c_str();
}

bool ct_onednn_is_open(void) {
    return onednn_instructions().has_value();
}

const char *ct_onednn_instructions(void) {
    const auto &known = onednn_instructions();
    return !known ? "" : known->avx512 ? "avx512" : known->avx2 ? "avx2" : "default";
}

bool ct_multiplies_bf16_by_avx512(void) {
    return onednn_multiplies(at::kBFloat16);
}

bool ct_multiplies_bf16_by_amx(void) {
    const auto &known = onednn_instructions();
    return known ? known->amx_bf16 : __builtin_cpu_supports("amx-bf16");
}

ct_status ct_load_cuda(void) {
    static std::mutex mutex;
    std::lock_guard lock(mutex);
    return guarded("CUDA", [] {
        if (cuda_is_loaded) return;
        const auto &beside = library_path();
        const auto path = beside.substr(0, beside.rfind('/') + 1) + "libtorch_cuda.so";
        TORCH_CHECK(access(path.c_str(), F_OK) == 0, "this libtorch is for CPUs only, it has no libtorch_cuda.so");
        TORCH_CHECK(dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL), "libtorch_cuda.so does not load: ", dlerror());
        // libtorch looks for its CUDA part once, at the first question of any kind that concerns it.
        const auto &hooks = at::detail::getCUDAHooks();
        TORCH_CHECK(typeid(hooks) != typeid(at::CUDAHooksInterface), "it was asked for after other work had begun");
        choose_precision();
        cuda_is_loaded = true;
    });
}

int32_t ct_cuda_device_count(void) {
    if (!cuda_is_loaded) return 0;
    int32_t count = 0;
    return guarded("CUDA", [&] { count = at::detail::getCUDAHooks().deviceCount(); }) == CT_OK ? count : 0;
}

int32_t ct_cuda_version(void) {
    int32_t version = 0;
    if (cuda_is_loaded)
        guarded("CUDA", [&] { version = static_cast<int32_t>(at::detail::getCUDAHooks().versionCUDART()); });
    return version;
}

ct_status ct_synchronize(ct_device device) {
    return guarded("synchronize", [&] {
        if (device >= 0) at::detail::getCUDAHooks().deviceSynchronize(static_cast<c10::DeviceIndex>(device));
    });
}

int32_t ct_threads(void) {
    return at::get_num_threads();
}

ct_status ct_set_threads(int32_t count) {
    return guarded("threads", [&] { set_threads(count); });
}

ct_status ct_memory_statistics_of(ct_device device, ct_memory_statistics *out) {
    return guarded("memory statistics", [&] {
        if (device < 0) {
            *out = device == -1 ? host_memory_statistics() : meta_memory_statistics();
            return;
        }
        *out = gpu_memory_statistics(static_cast<c10::DeviceIndex>(device));
    });
}

ct_status ct_reset_peak_memory(ct_device device) {
    return guarded("memory statistics", [&] {
        if (device == -1)
            reset_host_peak();
        else if (device == -2)
            reset_meta_peak();
        else
            reset_gpu_peak(static_cast<c10::DeviceIndex>(device));
    });
}

ct_status ct_set_memory_budget(ct_device device, uint64_t bytes) {
    return guarded("memory", [&] {
        if (device == -1)
            set_host_budget(bytes);
        else if (device >= 0)
            set_gpu_budget(static_cast<c10::DeviceIndex>(device), bytes);
    });
}

ct_status ct_trim_memory(ct_device device) {
    return guarded("memory", [&] {
        if (device == -1)
            trim_host_memory();
        else if (device >= 0)
            trim_gpu_memory();
    });
}
