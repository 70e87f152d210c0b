#include "Parallel.h"

#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <limits>

#include "Bridge.h"

namespace segnas {

namespace {

struct OpenMP {
    void (*parallel)(void (*body)(void *), void *context, unsigned threads, unsigned flags);
    int (*thread)();
    int (*team)();
    int (*inside)();
    void (*set_dynamic)(int);
    void (*set_levels)(int);
    int (*limit)();
};

/// Looked up among the dependencies of libtorch_cpu.so: another library may have brought a runtime of its own.
const OpenMP &openmp() {
    static const OpenMP functions = [] {
        void *torch = dlopen("libtorch_cpu.so", RTLD_NOW | RTLD_NOLOAD);
        auto find = [torch](const char *name) {
            void *symbol = torch ? dlsym(torch, name) : nullptr;
            TORCH_CHECK(symbol, "libtorch's OpenMP runtime has no ", name);
            return symbol;
        };
        OpenMP found;
        found.parallel = reinterpret_cast<decltype(found.parallel)>(find("GOMP_parallel"));
        found.thread = reinterpret_cast<decltype(found.thread)>(find("omp_get_thread_num"));
        found.team = reinterpret_cast<decltype(found.team)>(find("omp_get_num_threads"));
        found.inside = reinterpret_cast<decltype(found.inside)>(find("omp_in_parallel"));
        found.set_dynamic = reinterpret_cast<decltype(found.set_dynamic)>(find("omp_set_dynamic"));
        found.set_levels = reinterpret_cast<decltype(found.set_levels)>(find("omp_set_max_active_levels"));
        found.limit = reinterpret_cast<decltype(found.limit)>(find("omp_get_thread_limit"));
        return found;
    }();
    return functions;
}

struct Region {
    int64_t count;
    const std::function<void(int64_t, int64_t)> &body;
    std::atomic<int> width{0};
};

void run_part(void *context) {
    auto &region = *static_cast<Region *>(context);
    const int64_t part = openmp().thread(), parts = openmp().team();
    const int64_t begin = region.count * part / parts, end = region.count * (part + 1) / parts;
    if (begin == end) return;
    ++region.width;
    region.body(begin, end);
}

thread_local int last_width = 0;

}  // namespace

void parallel_for(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t)> &body) {
    parallel_for(count, grain, std::numeric_limits<int>::max(), body);
}

void parallel_for(int64_t count, int64_t grain, int most, const std::function<void(int64_t, int64_t)> &body) {
    if (count <= 0) return;
    const int64_t useful = std::min<int64_t>((count + grain - 1) / grain, most);
    const auto threads = useful > 1 ? static_cast<unsigned>(std::min<int64_t>(at::get_num_threads(), useful)) : 1;
    Region region{count, body};
    if (threads <= 1 || openmp().inside()) {
        region.width = 1;
        body(0, count);
    } else {
        openmp().parallel(run_part, &region, threads, 0);
    }
    last_width = region.width;
}

void set_threads(int count) {
    openmp().set_dynamic(0);
    openmp().set_levels(1);
    at::set_num_threads(std::min(count, openmp().limit()));
}

int last_parallel_width() {
    return last_width;
}

}  // namespace segnas

int32_t ct_last_parallel_width(void) {
    return segnas::last_parallel_width();
}
