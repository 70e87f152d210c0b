// GPUs as the driver sees them. Asked through libcuda.so.1, opened at run time, as most machines lack it.

#include <c10/util/Exception.h>
#include <dlfcn.h>

#include "Bridge.h"
#include "Gpu.h"

using namespace segnas;

namespace {

/// The driver's interface: every function returns 0 on success.
struct Driver {
    int (*count)(int *count) = nullptr;
    int (*get)(int *device, int ordinal) = nullptr;
    int (*name)(char *name, int length, int device) = nullptr;
    int (*memory)(size_t *bytes, int device) = nullptr;
    int (*attribute)(int *value, int attribute, int device) = nullptr;
    ct_driver state = {};
    bool is_usable = false;
};

constexpr int compute_capability_major = 75;
constexpr int unknown_error = 999;

void *library() {
    static void *const opened = dlopen("libcuda.so.1", RTLD_NOW);
    return opened;
}

const Driver &driver() {
    static const Driver loaded = [] {
        Driver found;
        found.state.is_found = library() != nullptr;
        if (!found.state.is_found) return found;
        auto initialize = reinterpret_cast<int (*)(unsigned)>(driver_function("cuInit"));
        auto version = reinterpret_cast<int (*)(int *)>(driver_function("cuDriverGetVersion"));
        if (version) version(&found.state.version);
        found.count = reinterpret_cast<decltype(found.count)>(driver_function("cuDeviceGetCount"));
        found.get = reinterpret_cast<decltype(found.get)>(driver_function("cuDeviceGet"));
        found.name = reinterpret_cast<decltype(found.name)>(driver_function("cuDeviceGetName"));
        found.memory = reinterpret_cast<decltype(found.memory)>(driver_function("cuDeviceTotalMem_v2"));
        found.attribute = reinterpret_cast<decltype(found.attribute)>(driver_function("cuDeviceGetAttribute"));
        found.state.failure = initialize ? initialize(0) : unknown_error;
        found.is_usable = found.count && found.get && found.name && found.memory && found.attribute &&
                          found.state.failure == 0;
        return found;
    }();
    return loaded;
}

}  // namespace

void *segnas::driver_function(const char *name) {
    return library() ? dlsym(library(), name) : nullptr;
}

int32_t ct_gpu_count(void) {
    int count = 0;
    return driver().is_usable && driver().count(&count) == 0 ? count : 0;
}

ct_driver ct_driver_state(void) {
    return driver().state;
}

ct_status ct_gpu_describe(int32_t index, ct_gpu *out) {
    return guarded("GPU", [&] {
        int device = 0;
        size_t memory = 0;
        TORCH_CHECK(driver().is_usable, "there is no driver");
        TORCH_CHECK(
            driver().get(&device, index) == 0 && driver().name(out->name, sizeof out->name, device) == 0 &&
                driver().memory(&memory, device) == 0 &&
                driver().attribute(&out->generation, compute_capability_major, device) == 0,
            "the driver does not describe GPU ", index);
        out->memory = memory;
    });
}
