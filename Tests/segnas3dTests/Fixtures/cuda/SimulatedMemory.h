// Counters of what simulated devices have done, and their memory: SimulatedCUDA.cpp.
#pragma once

#include <c10/core/AllocatorConfig.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <unordered_set>

namespace {

constexpr auto cuda = c10::DeviceType::CUDA;

int64_t number(const char *name, int64_t standard) {
    const char *text = std::getenv(name);
    return text && *text ? std::atoll(text) : standard;
}

c10::DeviceIndex device_count() {
    auto count = number("SIMULATED_GPUS", 1);
    if (const char *visible = std::getenv("CUDA_VISIBLE_DEVICES")) {
        const std::string list = visible;
        const auto listed = list.empty() || list[0] == '-' ? 0 : 1 + std::count(list.begin(), list.end(), ',');
        count = std::min<int64_t>(count, listed);
    }
    return static_cast<c10::DeviceIndex>(count);
}

// MARK: - What was done

std::atomic<int64_t> waits{0}, operations{0}, convolutions{0}, pageable{0}, uploads{0};
int64_t largest = 0;

void write_log() {
    const char *path = std::getenv("SIMULATED_GPU_LOG");
    std::FILE *file = path ? std::fopen(path, "a") : nullptr;
    if (!file) return;
    const char *visible = std::getenv("CUDA_VISIBLE_DEVICES");
    std::fprintf(
        file,
        "{\"waits\": %ld, \"operations\": %ld, \"convolutions\": %ld, \"pageable\": %ld, \"uploads\": %ld, "
        "\"peak\": %ld, \"visible\": \"%s\"}\n",
        waits.load(), operations.load(), convolutions.load(), pageable.load(), uploads.load(), largest,
        visible ? visible : "all");
    std::fclose(file);
}

const int at_end = std::atexit(write_log);

// MARK: - Memory

double share = 1;  // of a device's memory that this process may have

struct Settings {
    static Settings &instance() {
        static Settings settings;
        return settings;
    }
    static const std::unordered_set<std::string> &getKeys() {
        static const std::unordered_set<std::string> keys{"per_process_memory_fraction"};
        return keys;
    }
    void parseArgs(const std::string &text) {
        const auto at = text.find("per_process_memory_fraction:");
        if (at != std::string::npos) share = std::atof(text.c_str() + text.find(':', at) + 1);
    }
};

}  // namespace

// Its macro wants to stand in the library's namespace.
namespace c10::CachingAllocator {
static DeviceConfigParserHookRegistry settings_of_simulated_gpus(
    [](const std::string &text) { Settings::instance().parseArgs(text); }, Settings::getKeys());
}

namespace {

std::string words(int64_t bytes) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f MiB", static_cast<double>(bytes) / (1 << 20));
    return text;
}

class Memory final : public c10::DeviceAllocator {
  public:
    c10::DataPtr allocate(size_t bytes) override { return allocate(bytes, current); }

    c10::DataPtr allocate(size_t bytes, c10::DeviceIndex index) {
        const auto size = static_cast<int64_t>((bytes + 511) / 512 * 512);
        std::lock_guard lock(mutex_);
        auto &of = devices_[index];
        if (of.used + size > limit()) refuse(size, of.used, index);
        void *data = nullptr;
        if (size && posix_memalign(&data, 64, size) != 0) refuse(size, of.used, index);
        of.used += size;
        of.peak = std::max(of.peak, of.used);
        ++of.blocks;
        largest = std::max(largest, of.peak);
        if (data) blocks_[data] = {size, index};
        return {data, data, &Memory::release, c10::Device(cuda, index)};
    }

    c10::DeleterFnPtr raw_deleter() const override { return &Memory::release; }
    void copy_data(void *target, const void *source, size_t count) const override {
        std::memcpy(target, source, count);
    }
    bool initialized() override { return true; }
    void emptyCache(c10::MempoolId_t) override {}
    void recordStream(const c10::DataPtr &, c10::Stream) override {}

    c10::CachingDeviceAllocator::DeviceStats getDeviceStats(c10::DeviceIndex index) override {
        std::lock_guard lock(mutex_);
        c10::CachingDeviceAllocator::DeviceStats statistics;
        const auto &of = devices_[index];
        statistics.allocated_bytes[0].current = statistics.reserved_bytes[0].current = of.used;
        statistics.allocated_bytes[0].peak = statistics.reserved_bytes[0].peak = of.peak;
        statistics.allocation[0].current = of.blocks;
        statistics.num_ooms = of.refusals;
        return statistics;
    }
    void resetAccumulatedStats(c10::DeviceIndex) override {}
    void resetPeakStats(c10::DeviceIndex index) override {
        std::lock_guard lock(mutex_);
        devices_[index].peak = devices_[index].used;
    }
    std::pair<size_t, size_t> getMemoryInfo(c10::DeviceIndex index) override {
        std::lock_guard lock(mutex_);
        return {all() - devices_[index].used, all()};
    }

    static thread_local c10::DeviceIndex current;

  private:
    struct Device {
        int64_t used = 0, peak = 0, blocks = 0, refusals = 0;
    };

    static int64_t all() { return number("SIMULATED_GPU_MEMORY", int64_t(4) << 30); }
    static int64_t limit() { return static_cast<int64_t>(share * static_cast<double>(all())); }

    /// The text of libtorch 2.11.
    [[noreturn]] void refuse(int64_t size, int64_t used, int index) {
        ++devices_[index].refusals;
        TORCH_CHECK_WITH(
            OutOfMemoryError, false, "CUDA out of memory. Tried to allocate ", words(size), ". GPU ", index,
            " has a total capacity of ", words(all()), " of which ", words(all() - used), " is free. ",
            share < 1 ? words(limit()) + " allowed; " : "", "Of the allocated memory ", words(used),
            " is allocated by PyTorch, and ", words(0),
            " is reserved by PyTorch but unallocated. If reserved but unallocated memory is large try setting "
            "PYTORCH_ALLOC_CONF=expandable_segments:True to avoid fragmentation.");
    }

    static void release(void *data);

    std::mutex mutex_;
    std::map<c10::DeviceIndex, Device> devices_;
    std::map<void *, std::pair<int64_t, c10::DeviceIndex>> blocks_;
};

thread_local c10::DeviceIndex Memory::current = 0;

Memory &memory() {
    static auto *instance = new Memory;
    return *instance;
}

void Memory::release(void *data) {
    if (!data) return;
    auto &self = memory();
    std::lock_guard lock(self.mutex_);
    const auto [size, index] = self.blocks_.at(data);
    self.blocks_.erase(data);
    self.devices_[index].used -= size;
    --self.devices_[index].blocks;
    std::free(data);
}

const bool is_installed = [] {
    c10::SetAllocator(cuda, &memory(), 1);
    return true;
}();

}  // namespace
