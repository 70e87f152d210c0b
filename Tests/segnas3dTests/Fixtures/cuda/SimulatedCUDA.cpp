// A libtorch_cuda.so whose devices are this machine's memory and CPU, for tests of all that is not arithmetic: which
// tensors lie where, how much memory they take, what is refused, and when the program waits for a device.
//
// What libtorch asks CUDA for is answered; operations are those of the CPU, on copies. In the environment:
// SIMULATED_GPUS           number of devices, by default 1; CUDA_VISIBLE_DEVICES lists some of them, as for CUDA
// SIMULATED_GPU_MEMORY     bytes of each, by default 4 GiB
// SIMULATED_GPU_WORKSPACE  bytes that each convolution needs while it runs; where they are not there, it fails as
//                          cuDNN does
// SIMULATED_GPU_FAULT      an operation that comes out wrong, such as aten::relu
// SIMULATED_GPU_LOG        file to which the process adds a line when it ends: what it has done

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/EmptyTensor.h>
#include <ATen/core/Tensor.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/as_strided_cpu_dispatch.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/set_cpu_dispatch.h>
#include <ATen/ops/view_cpu_dispatch.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "SimulatedMemory.h"

namespace {

// MARK: - Devices

struct Guard final : c10::impl::DeviceGuardImplInterface {
    explicit Guard(c10::DeviceType = cuda) {}
    c10::DeviceType type() const override { return cuda; }
    c10::Device exchangeDevice(c10::Device device) const override {
        const auto before = getDevice();
        Memory::current = device.index();
        return before;
    }
    c10::Device getDevice() const override { return {cuda, Memory::current}; }
    void setDevice(c10::Device device) const override { Memory::current = device.index(); }
    void uncheckedSetDevice(c10::Device device) const noexcept override { Memory::current = device.index(); }
    c10::Stream getStream(c10::Device device) const noexcept override {
        return c10::Stream(c10::Stream::UNSAFE, device, 0);
    }
    c10::Stream getStreamFromGlobalPool(c10::Device device, bool) const override {
        return c10::Stream(c10::Stream::UNSAFE, device, 1);
    }
    void *getStreamNativeHandle(const c10::Stream) const override { return nullptr; }
    c10::Stream exchangeStream(c10::Stream stream) const noexcept override { return stream; }
    c10::DeviceIndex deviceCount() const noexcept override { return device_count(); }
    void record(void **event, const c10::Stream &, c10::DeviceIndex, c10::EventFlag) const override {
        *event = this->event();
    }
    void block(void *, const c10::Stream &) const override {}
    bool queryEvent(void *) const override { return true; }
    void synchronizeEvent(void *) const override {}
    void destroyEvent(void *, c10::DeviceIndex) const noexcept override {}
    void synchronizeStream(const c10::Stream &) const override { ++waits; }
    void synchronizeDevice(c10::DeviceIndex) const override { ++waits; }

  private:
    static void *event() {
        static int any;
        return &any;
    }
};

C10_REGISTER_GUARD_IMPL(CUDA, Guard);

}  // namespace

/// Memory of the host that a device reads and writes by itself.
class Pinned final : public c10::Allocator {
  public:
    static std::map<void *, size_t> &blocks() {
        static auto *all = new std::map<void *, size_t>;
        return *all;
    }
    static std::mutex &mutex() {
        static auto *one = new std::mutex;
        return *one;
    }
    c10::DataPtr allocate(size_t bytes) override {
        void *data = std::malloc(std::max<size_t>(bytes, 1));
        std::lock_guard lock(mutex());
        blocks()[data] = bytes;
        return {data, data, &Pinned::release, c10::Device(c10::kCPU)};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &Pinned::release; }
    void copy_data(void *target, const void *source, size_t count) const override {
        std::memcpy(target, source, count);
    }
    static bool holds(const void *data) {
        std::lock_guard lock(mutex());
        auto next = blocks().upper_bound(const_cast<void *>(data));
        if (next == blocks().begin()) return false;
        --next;
        return data < static_cast<const char *>(next->first) + std::max<size_t>(next->second, 1);
    }

  private:
    static void release(void *data) {
        std::lock_guard lock(mutex());
        blocks().erase(data);
        std::free(data);
    }
};

struct CUDAHooks : at::CUDAHooksInterface {
    explicit CUDAHooks(at::CUDAHooksArgs) {}
    void init() const override {}
    bool hasCUDA() const override { return device_count() > 0; }
    bool isBuilt() const override { return true; }
    bool isAvailable() const override { return device_count() > 0; }
    int getNumGPUs() const override { return device_count(); }
    c10::DeviceIndex deviceCount() const override { return device_count(); }
    bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
    c10::DeviceIndex current_device() const override { return Memory::current; }
    c10::DeviceIndex getCurrentDevice() const override { return Memory::current; }
    void setCurrentDevice(c10::DeviceIndex index) const override { Memory::current = index; }
    void deviceSynchronize(c10::DeviceIndex) const override { ++waits; }
    long versionCUDART() const override { return 13000; }
    long versionRuntimeCuDNN() const override { return 91900; }
    bool isPinnedPtr(const void *data) const override { return Pinned::holds(data); }
    c10::Allocator *getPinnedMemoryAllocator() const override {
        static auto *allocator = new Pinned;
        return allocator;
    }
    c10::Allocator *getCUDADeviceAllocator() const override { return &memory(); }
    const at::Generator &getDefaultGenerator(c10::DeviceIndex) const override {
        static const at::Generator generator = at::detail::createCPUGenerator();
        return generator;
    }
};

namespace at {
REGISTER_CUDA_HOOKS(CUDAHooks)
}

// MARK: - Operations

namespace {

thread_local bool is_inside = false;  // the copies of an operation of this file are none of the program's

struct Inside {
    bool before = is_inside;
    Inside() { is_inside = true; }
    ~Inside() { is_inside = before; }
};

/// The elements as a tensor of the CPU.
at::Tensor on_host(const at::Tensor &x) {
    if (x.is_cpu()) return x;
    return at::from_blob(x.data_ptr(), x.sizes(), x.strides(), at::TensorOptions().dtype(x.dtype()));
}

/// As a GPU adds up numbers of bfloat16: the CPU rounds some sums on the way.
void compute_in_float(const c10::OperatorHandle &operation, torch::jit::Stack *stack) {
    const Inside inside;
    const auto convert = [&](size_t count, at::ScalarType from, at::ScalarType to) {
        for (size_t index = stack->size() - count; index < stack->size(); ++index) {
            auto &value = (*stack)[index];
            const bool is_meant = value.isTensor() && value.toTensor().defined() &&
                                  value.toTensor().scalar_type() == from &&
                                  (from == at::kBFloat16 || value.toTensor().dim() == 5);
            if (is_meant) value = value.toTensor().to(to);
        }
    };
    const auto &schema = operation.schema();
    const bool is_rounded = (*stack)[stack->size() - schema.arguments().size()].toTensor().scalar_type() ==
                            at::kBFloat16;
    const auto first = stack->size() - schema.arguments().size();
    std::vector<at::Tensor> given;  // for the results
    for (size_t index = 0; index < schema.arguments().size(); ++index)
        if (schema.arguments()[index].is_out()) given.push_back((*stack)[first + index].toTensor());
    convert(schema.arguments().size(), at::kBFloat16, at::kFloat);
    at::native::cpu_fallback(operation, stack);
    for (size_t index = 0; index < given.size(); ++index) {
        auto &result = (*stack)[stack->size() - given.size() + index];
        given[index].copy_(result.toTensor());
        result = given[index];
    }
    if (is_rounded && given.empty()) convert(schema.returns().size(), at::kFloat, at::kBFloat16);
}

void compute(const c10::OperatorHandle &operation, torch::jit::Stack *stack) {
    ++operations;
    const Inside inside;
    const auto arguments = *stack;
    try {
        at::native::cpu_fallback(operation, stack);
    } catch (const c10::Error &error) {
        // The CPU lacks some operations in bfloat16.
        if (!std::strstr(error.what(), "not implemented for 'BFloat16'")) throw;
        *stack = arguments;
        compute_in_float(operation, stack);
    }
    const char *fault = std::getenv("SIMULATED_GPU_FAULT");
    if (fault && operation.schema().name() == fault && stack->back().isTensor())
        on_host(stack->back().toTensor()).add_(1);
}

/// Its running statistics change, of which the fallback knows nothing.
void normalize(const c10::OperatorHandle &operation, torch::jit::Stack *stack) {
    std::vector<std::pair<at::Tensor, at::Tensor>> running;
    const auto first = stack->size() - operation.schema().arguments().size();
    for (const size_t index : {first + 3, first + 4}) {
        auto &value = (*stack)[index];
        if (!value.isTensor() || !value.toTensor().defined()) continue;
        const Inside inside;
        running.emplace_back(value.toTensor(), value.toTensor().cpu());
        value = running.back().second;
    }
    compute(operation, stack);
    const Inside inside;
    for (auto &[there, here] : running) there.copy_(here);
}

/// With the workspace that cuDNN has, and its error where that cannot be had.
void convolve(const c10::OperatorHandle &operation, torch::jit::Stack *stack) {
    ++convolutions;
    c10::DataPtr workspace;
    try {
        workspace = memory().allocate(number("SIMULATED_GPU_WORKSPACE", 0), Memory::current);
    } catch (const c10::OutOfMemoryError &) {
        TORCH_CHECK(false, "GET was unable to find an engine to execute this computation");
    }
    compute(operation, stack);
}

at::Tensor empty(
    c10::SymIntArrayRef size, std::optional<at::ScalarType> type, std::optional<at::Layout>,
    std::optional<at::Device> device, std::optional<bool>, std::optional<at::MemoryFormat> format) {
    const auto index = device && device->has_index() ? device->index() : Memory::current;
    const auto before = Memory::current;
    Memory::current = index;
    auto made = at::detail::empty_generic(
        C10_AS_INTARRAYREF_SLOW(size), &memory(), c10::DispatchKeySet(c10::DispatchKey::CUDA),
        type.value_or(at::kFloat), format);
    Memory::current = before;
    return made;
}

at::Tensor empty_strided(
    c10::SymIntArrayRef size, c10::SymIntArrayRef stride, std::optional<at::ScalarType> type, std::optional<at::Layout>,
    std::optional<at::Device> device, std::optional<bool>) {
    const auto index = device && device->has_index() ? device->index() : Memory::current;
    const auto before = Memory::current;
    Memory::current = index;
    auto made = at::detail::empty_strided_generic(
        C10_AS_INTARRAYREF_SLOW(size), C10_AS_INTARRAYREF_SLOW(stride), &memory(),
        c10::DispatchKeySet(c10::DispatchKey::CUDA), type.value_or(at::kFloat));
    Memory::current = before;
    return made;
}

at::Tensor &copy(at::Tensor &target, const at::Tensor &source, bool asynchronous) {
    if (!is_inside && target.device() != source.device()) {
        const auto &host = target.is_cpu() ? target : source;
        const bool waits_not = asynchronous && host.is_cpu() && Pinned::holds(host.data_ptr());
        if (host.is_cpu() && !waits_not) ++waits, ++pageable;
        if (source.is_cpu()) ++uploads;
    }
    auto to = on_host(target);
    to.copy_(on_host(source));
    return target;
}

at::Tensor copy_from(const at::Tensor &source, const at::Tensor &target, bool asynchronous) {
    auto to = target;
    return copy(to, source, asynchronous);
}

at::Tensor copy_from_and_resize(const at::Tensor &source, const at::Tensor &target) {
    auto to = target;
    if (to.sizes() != source.sizes()) {
        const auto made = at::detail::empty_generic(
            source.sizes(), &memory(), c10::DispatchKeySet(c10::DispatchKey::CUDA), target.scalar_type(), std::nullopt);
        to.set_(made.storage(), 0, made.sizes(), made.strides());
    }
    return copy(to, source, false);
}

at::Scalar value(const at::Tensor &x) {
    if (!is_inside) ++waits;
    return on_host(x).item();
}

at::Tensor &set(
    at::Tensor &target, at::Storage storage, c10::SymInt offset, c10::SymIntArrayRef size, c10::SymIntArrayRef stride) {
    auto *impl = target.unsafeGetTensorImpl();
    impl->set_storage_keep_dtype(std::move(storage));
    impl->set_storage_offset(offset.expect_int());
    impl->set_sizes_and_strides(C10_AS_INTARRAYREF_SLOW(size), C10_AS_INTARRAYREF_SLOW(stride));
    return target;
}

at::Tensor as_strided(
    const at::Tensor &x, at::IntArrayRef size, at::IntArrayRef stride, std::optional<int64_t> offset) {
    auto view = at::detail::make_tensor<c10::TensorImpl>(
        c10::TensorImpl::VIEW, c10::Storage(x.storage()), x.key_set(), x.dtype());
    view.unsafeGetTensorImpl()->set_storage_offset(offset.value_or(x.storage_offset()));
    view.unsafeGetTensorImpl()->set_sizes_and_strides(size, stride);
    return view;
}

at::Tensor view(const at::Tensor &x, c10::SymIntArrayRef size) {
    return at::cpu::view_symint(x, size);
}

at::Tensor reshape_alias(const at::Tensor &x, c10::SymIntArrayRef size, c10::SymIntArrayRef stride) {
    return as_strided(x, C10_AS_INTARRAYREF_SLOW(size), C10_AS_INTARRAYREF_SLOW(stride), std::nullopt);
}

template <void body(const c10::OperatorHandle &, torch::jit::Stack *)>
torch::CppFunction boxed() {
    return torch::CppFunction::makeFromBoxedFunction<body>();
}

TORCH_LIBRARY_IMPL(_, CUDA, library) {
    library.fallback(boxed<compute>());
}

TORCH_LIBRARY_IMPL(aten, CUDA, library) {
    library.impl("empty.memory_format", empty);
    library.impl("empty_strided", empty_strided);
    library.impl("copy_", copy);
    library.impl("_copy_from", copy_from);
    library.impl("_copy_from_and_resize", copy_from_and_resize);
    library.impl("_local_scalar_dense", value);
    library.impl("set_.source_Storage_storage_offset", set);
    library.impl(
        "record_stream", +[](at::Tensor &, c10::Stream) {});
    library.impl("as_strided", as_strided);
    library.impl("view", view);
    library.impl("_reshape_alias", reshape_alias);
    library.impl("native_group_norm", boxed<compute_in_float>());
    library.impl("native_group_norm_backward", boxed<compute_in_float>());
    library.impl("native_batch_norm", boxed<normalize>());
    library.impl("convolution", boxed<convolve>());
    library.impl("convolution_backward", boxed<convolve>());
}

}  // namespace
