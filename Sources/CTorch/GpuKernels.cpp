#include "GpuKernels.h"

#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "Bridge.h"
#include "Gpu.h"
#include "GpuCompiler.h"

namespace segnas {

namespace {

/// The driver's interface: every function returns 0 on success.
struct Driver {
    int (*device)(int *device, int ordinal);
    int (*attribute)(int *value, int attribute, int device);
    int (*retain)(void **context, int device);
    int (*push)(void *context);
    int (*pop)(void **context);
    int (*load)(void **module, const void *image);
    int (*function)(void **function, void *module, const char *name);
    int (*set)(void *function, int attribute, int value);
    int (*launch)(
        void *function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned shared, void *stream,
        void **parameters, void **extra);
    int (*words)(int error, const char **text);

    Driver() {
        // Asked for its state, it starts.
        TORCH_CHECK(ct_driver_state().failure == 0, "NVIDIA's driver does not start");
        find(device, "cuDeviceGet");
        find(attribute, "cuDeviceGetAttribute");
        find(retain, "cuDevicePrimaryCtxRetain");
        find(push, "cuCtxPushCurrent_v2");
        find(pop, "cuCtxPopCurrent_v2");
        find(load, "cuModuleLoadData");
        find(function, "cuModuleGetFunction");
        find(set, "cuFuncSetAttribute");
        find(launch, "cuLaunchKernel");
        find(words, "cuGetErrorString");
    }

    void check(int error, const char *what) const {
        if (error == 0) return;
        const char *text = nullptr;
        words(error, &text);
        TORCH_CHECK(false, what, ": ", text ? text : "unknown error", " (CUDA error ", error, ")");
    }

  private:
    template <class Function>
    static void find(Function &function, const char *name) {
        function = reinterpret_cast<Function>(driver_function(name));
        TORCH_CHECK(function, "NVIDIA's driver has no function ", name);
    }
};

const Driver &driver() {
    static const Driver loaded;
    return loaded;
}

/// A GPU as the driver knows it, with the context that libtorch uses, too.
class Gpu {
  public:
    explicit Gpu(int ordinal) { driver().check(driver().device(&device_, ordinal), "a GPU is not there"); }

    GpuLimits limits() const {
        const auto number = [this](int name) { return static_cast<unsigned>(attribute(name)); };
        return {.capability = 10 * number(75) + number(76), .shared = number(97), .multiprocessors = number(16)};
    }

    /// Runs a body whose thread works with this GPU.
    template <class Body>
    void with_context(Body &&body) {
        if (!context_) driver().check(driver().retain(&context_, device_), "a GPU has no context");
        driver().check(driver().push(context_), "a GPU's context cannot be used");
        struct Popping {
            ~Popping() {
                void *context = nullptr;
                driver().pop(&context);
            }
        } popping;
        body();
    }

  private:
    int attribute(int number) const {
        int value = 0;
        driver().check(driver().attribute(&value, number, device_), "a GPU does not tell what it can do");
        return value;
    }

    int device_ = 0;
    void *context_ = nullptr;
};

/// What users call the sources, in the order of `GpuSource`.
constexpr const char *names[] = {"norm_sum",    "class_sums",       "pool", "parity_sum", "channels",
                                 "convolution", "point_convolution"};

/// The kernels of one source on one GPU.
class Kernels {
  public:
    Kernels(GpuSource source, int ordinal) {
        try {
            const char *choice = std::getenv("SEGNAS3D_GPU_KERNELS");
            const std::string words = choice ? choice : "", name = names[static_cast<int>(source)];
            TORCH_CHECK(words != "0" && words != "-" + name, "SEGNAS3D_GPU_KERNELS=", words, " turns them off");
            gpu_ = std::make_unique<Gpu>(ordinal);
            limits_ = gpu_->limits();
            code_ = compile_for_gpu(gpu_sources[static_cast<int>(source)], static_cast<int>(limits_.capability));
        } catch (const c10::Error &error) {
            obstacle_ = error.what_without_backtrace();
        }
    }

    /// Why they cannot be used; empty if they can.
    const std::string &obstacle() const { return obstacle_; }

    const GpuLimits &limits() const { return limits_; }

    /// Loads them onto the GPU, unless they are there.
    void load() {
        if (module_ || !obstacle_.empty()) return;
        try {
            gpu_->with_context([&] {
                driver().check(driver().load(&module_, code_.data()), "the driver does not load what was compiled");
            });
        } catch (const c10::Error &error) {
            obstacle_ = error.what_without_backtrace();
        }
        code_ = {};
    }

    void launch(const std::string &name, const Grid &grid, void *stream, const void *arguments) {
        void *parameters[] = {const_cast<void *>(arguments)};
        gpu_->with_context([&] {
            auto &function = functions_[name];
            if (!function) function = find(name, grid.shared);
            driver().check(
                driver().launch(
                    function, grid.blocks, grid.images, 1, grid.threads, 1, 1, grid.shared, stream, parameters,
                    nullptr),
                name.c_str());
        });
    }

  private:
    /// A kernel whose blocks share more than is ordinary always shares as many bytes as at its first launch.
    void *find(const std::string &name, unsigned shared) const {
        constexpr int most_shared = 8;
        void *function = nullptr;
        driver().check(driver().function(&function, module_, name.c_str()), name.c_str());
        if (shared > ordinary_shared)
            driver().check(driver().set(function, most_shared, static_cast<int>(shared)), name.c_str());
        return function;
    }

    std::unique_ptr<Gpu> gpu_;
    GpuLimits limits_{};
    std::vector<char> code_;
    std::string obstacle_;
    void *module_ = nullptr;
    std::map<std::string, void *> functions_;
};

std::mutex &mutex() {
    static auto *one = new std::mutex;
    return *one;
}

/// Never destroyed, as the driver may be gone before. To be called with the mutex locked.
Kernels &kernels(GpuSource source, int ordinal) {
    static auto *all = new std::map<std::pair<GpuSource, int>, std::unique_ptr<Kernels>>;
    auto &found = (*all)[{source, ordinal}];
    if (!found) found = std::make_unique<Kernels>(source, ordinal);
    return *found;
}

constexpr GpuSource all_sources[] = {GpuSource::norm_sum,         GpuSource::class_sums, GpuSource::pool,
                                     GpuSource::parity_sum,       GpuSource::channels,   GpuSource::convolution,
                                     GpuSource::point_convolution};

}  // namespace

bool has_gpu_kernels(GpuSource source, const at::Tensor &x) {
    const bool has_type = x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16;
    if (!on_gpu(x) || !has_type || x.dim() != 5 || x.numel() == 0) return false;
    if (x.numel() / x.size(0) >= int64_t(1) << 31 || x.size(0) > 65535) return false;
    std::lock_guard lock(mutex());
    auto &found = kernels(source, x.is_meta() ? 0 : x.device().index());
    if (!x.is_meta()) found.load();
    return found.obstacle().empty();
}

GpuLimits gpu_limits(GpuSource source, const at::Tensor &x) {
    std::lock_guard lock(mutex());
    return kernels(source, x.is_meta() ? 0 : x.device().index()).limits();
}

unsigned vector_width(
    at::ScalarType type, std::initializer_list<int64_t> lengths, std::initializer_list<at::Tensor> tensors) {
    const unsigned width = type == at::kFloat ? 4 : 8;
    const bool is_even = std::all_of(lengths.begin(), lengths.end(), [&](int64_t n) { return n % width == 0; }) &&
                         std::all_of(tensors.begin(), tensors.end(), [](const at::Tensor &x) {
                             return reinterpret_cast<uintptr_t>(device_elements<char>(x)) % 16 == 0;
                         });
    return is_even ? width : 1;
}

std::string kernel_suffix(at::ScalarType type) {
    return type == at::kFloat ? "float32" : "bfloat16";
}

std::string kernel_suffix(at::ScalarType type, unsigned width) {
    return kernel_suffix(type) + "_" + std::to_string(width);
}

Grid Grid::over(int64_t elements, unsigned width, int64_t images) {
    Grid grid{0, static_cast<unsigned>(images)};
    const int64_t a_block = int64_t(grid.threads) * width;
    grid.blocks = static_cast<unsigned>(std::min<int64_t>((elements + a_block - 1) / a_block, 4096));
    return grid;
}

void launch(GpuSource source, const std::string &kernel, const at::Tensor &x, const Grid &grid, const void *arguments) {
    if (x.is_meta()) return;
    const auto stream = c10::impl::VirtualGuardImpl(c10::kCUDA).getStream(x.device());
    std::lock_guard lock(mutex());
    kernels(source, x.device().index()).launch(kernel, grid, stream.native_handle(), arguments);
}

}  // namespace segnas

using namespace segnas;

const char *ct_gpu_kernel_obstacle(int32_t index) {
    static thread_local std::string reason;
    reason.clear();
    const ct_status status = guarded("kernels", [&] {
        std::lock_guard lock(mutex());
        for (const auto source : all_sources) {
            auto &found = kernels(source, index);
            found.load();
            if (reason.empty() && !found.obstacle().empty())
                reason = std::string(names[static_cast<int>(source)]) + ": " + found.obstacle();
        }
    });
    if (status != CT_OK) reason = ct_last_message();
    return reason.empty() ? nullptr : reason.c_str();
}
