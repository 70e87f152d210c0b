#include "GpuMemory.h"

#include <ATen/Context.h>
#include <c10/core/AllocatorConfig.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <sstream>

#include "Bridge.h"

namespace segnas {

namespace {

constexpr auto all = static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);

/// Once it has been used, CUDA's allocator can be asked; before, that would initialize CUDA.
std::atomic<bool> is_in_use = false;

/// CUDA is initialized, without which it knows of no device.
c10::DeviceAllocator *allocator() {
    at::globalContext().lazyInitDevice(c10::kCUDA);
    is_in_use = true;
    return c10::getDeviceAllocator(c10::kCUDA);
}

/// The bytes that tensors may take.
std::atomic<uint64_t> budget = UINT64_MAX;

/// The bytes before which `words` stand, as in "1.25 GiB free"; 0 if they are not there.
uint64_t bytes_before(const std::string &text, const std::string &words) {
    const auto end = text.find(words);
    if (end == std::string::npos || end < 2) return 0;
    const auto unit = text.rfind(' ', end - 1);
    if (unit == std::string::npos || unit == 0) return 0;
    const auto number = text.rfind(' ', unit - 1);
    std::istringstream amount(text.substr(number + 1, end - number - 1));  // npos + 1 is 0
    double value = 0;
    std::string name;
    if (!(amount >> value >> name)) return 0;
    const std::pair<const char *, int> units[] = {{"bytes", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
    for (const auto &[known, power] : units)
        if (name == known) return static_cast<uint64_t>(std::ldexp(value, power));
    return 0;
}

/// Refusals of all GPUs that `has_gpu_refused` has told of.
std::atomic<int64_t> known_refusals = 0;

}  // namespace

ct_memory_statistics gpu_memory_statistics(c10::DeviceIndex index) {
    auto *const memory = allocator();
    const auto statistics = memory->getDeviceStats(index);
    const auto &bytes = statistics.allocated_bytes[all];
    const uint64_t total = memory->getMemoryInfo(index).second;
    return {
        static_cast<uint64_t>(bytes.current),
        static_cast<uint64_t>(bytes.peak),
        static_cast<uint64_t>(statistics.allocation[all].current),
        static_cast<uint64_t>(statistics.reserved_bytes[all].current),
        std::min<uint64_t>(budget, total),
    };
}

void reset_gpu_peak(c10::DeviceIndex index) {
    allocator()->resetPeakStats(index);
}

void trim_gpu_memory() {
    if (is_in_use) allocator()->emptyCache();
}

void set_gpu_budget(c10::DeviceIndex index, uint64_t bytes) {
    budget = bytes;
    // The allocator takes its limit over when CUDA is initialized, as a share of the GPU's memory.
    ct_gpu gpu;
    if (is_in_use || ct_gpu_describe(index, &gpu) != CT_OK || gpu.memory == 0) return;
    const auto share = std::min(1.0, static_cast<double>(bytes) / static_cast<double>(gpu.memory));
    auto settings = c10::CachingAllocator::getAllocatorSettings();  // those of the user, whose last words count
    if (!settings.empty()) settings += ",";
    c10::CachingAllocator::setAllocatorSettings(settings + "per_process_memory_fraction:" + std::to_string(share));
}

int64_t gpu_refusals(c10::DeviceIndex index) {
    return allocator()->getDeviceStats(index).num_ooms;
}

ct_shortage gpu_shortage_in(const std::string &message) {
    const auto asked = message.find("Tried to allocate ");
    if (asked == std::string::npos) return {};
    const auto requested = bytes_before(message, ". GPU ");
    const auto used = bytes_before(message, " is allocated by PyTorch");
    const auto kept = bytes_before(message, " is reserved by PyTorch but unallocated");
    const auto free = bytes_before(message, " is free");
    const auto allowed = bytes_before(message, " allowed;");
    // Other processes may leave less than this one is allowed.
    const auto possible = used + kept + free;
    return {requested, used, allowed ? std::min(allowed, possible) : possible};
}

bool has_gpu_refused() noexcept {
    if (!is_in_use) return false;
    try {
        int64_t refusals = 0;
        for (c10::DeviceIndex index = 0; index < at::detail::getCUDAHooks().deviceCount(); ++index)
            refusals += gpu_refusals(index);
        return refusals > known_refusals.exchange(refusals);
    } catch (...) {
        return false;  // a device that has failed tells nothing
    }
}

bool is_gpu_shortage(const std::string &message, bool has_refused) {
    const auto says = [&](const char *words) { return message.find(words) != std::string::npos; };
    for (const char *words :
         {"CUDA error: out of memory", "CUDNN_STATUS_ALLOC_FAILED", "CUBLAS_STATUS_ALLOC_FAILED",
          "DEVICE_ALLOCATION_FAILED"})
        if (says(words)) return true;
    return has_refused && says("unable to find an engine to execute this computation");
}

}  // namespace segnas
